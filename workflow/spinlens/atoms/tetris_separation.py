"""Which shapes of four equal atoms a representation tells apart, before anything is learned."""

import keras
import numpy as np
from ase import Atoms
from scipy.spatial.transform import Rotation
from sklearn.feature_extraction.text import CountVectorizer

from spinlens.atoms import fingerprints, images, tetris
from spinlens.crystal import d_electrons

ELEMENT, BOX, CUTOFF = "Cr", 8.0, 4.0  # Å
VOXELS = (12, 12, 12)
EDGE = 2.0  # Å between neighbours of the mirror images
ARM = 3.0  # Å from the middle of a star: its ends are beyond each other's cutoff
ANGLES = {"120°": (0, 120, 240), "90°": (0, 90, 180)}
TURNS = 8
SEEN, MORE = 1e-4, 10.0  # of the largest output, above rounding; times what a rotation does


def pairs():
    """{what tells them apart: two shapes (2, 4, 3) in Å}. A star with three arms and another with
    other angles, all distances within the cutoff the same; two mirror images."""
    stars = [[[0, 0, 0], *map(_arm, angles)] for angles in ANGLES.values()]
    return {"angles": np.array(stars), "mirror_images": EDGE * tetris.shapes()[tetris.CHIRAL]}


def measure(seed=0):
    """{representation: {pair: dict}}, of the names in representations.py: `difference` between a
    pair, `when_turned` of the first from itself turned, both relative to the output's size, and
    in a word whether they are `told` apart: yes, no, or as turned, where the shape is told no
    better from the other than from itself."""
    found = {}
    for name, encode in _encoders(seed).items():
        found[name] = {kind: _told(encode, pair, seed) for kind, pair in pairs().items()}
    return found


def _told(encode, pair, seed):
    first, second = pair
    turns = Rotation.random(TURNS, random_state=seed).as_matrix()
    said = encode(np.array([first, second, *(first @ turn.T for turn in turns)]))
    size = max(np.linalg.norm(said, axis=1).max(), 1e-12)
    off = np.linalg.norm(said - said[0], axis=1) / size
    difference, turned = float(off[1]), float(off[2:].max())
    word = "no" if difference < SEEN else "yes" if difference > MORE * turned else "as turned"
    return {"difference": difference, "when_turned": turned, "told": word}


def _encoders(seed):
    """Functions from shapes (n, 4, 3) to (n, features)."""
    voxels = images.network(VOXELS, fingerprints.weights([ELEMENT]).shape[1])
    seen = keras.Model(voxels.inputs, voxels.get_layer("mean_and_max").output)

    def drawn(shapes):
        own = images.images(_crystals(shapes), [ELEMENT], VOXELS)
        return seen.predict(own, verbose=0)

    def text(shapes):
        counted = CountVectorizer(analyzer="char", lowercase=False)
        return counted.fit_transform(fingerprints.texts(_crystals(shapes))).toarray()

    def network(most):
        model = tetris.equivariant(seed=seed, most=most)
        inner = keras.Model(model.inputs, model.layers[-1].input)
        return lambda shapes: inner.predict(shapes.astype("float32"), verbose=0)

    return {
        "none": lambda shapes: np.zeros((len(shapes), 1)),
        "fingerprint: composition": lambda s: fingerprints.compositions(_crystals(s), [ELEMENT]),
        "fingerprint: electrons": lambda s: d_electrons.descriptors(_crystals(s)),
        "fingerprint: SOAP": lambda s: fingerprints.power_spectra(_crystals(s), [ELEMENT], CUTOFF),
        "string": text,
        "graph": network(0),
        "image": drawn,
        "points": network(1),
    }


def _crystals(shapes):
    """Shapes in the middle of boxes that are not periodic."""
    symbols = [ELEMENT] * shapes.shape[1]
    return [Atoms(symbols, own + BOX / 2, cell=[BOX] * 3) for own in shapes]


def _arm(angle):
    radians = np.deg2rad(angle)
    return [ARM * np.cos(radians), ARM * np.sin(radians), 0]
