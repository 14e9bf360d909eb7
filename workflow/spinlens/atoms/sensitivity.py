"""Changes of a structure that a representation should notice, and others that it should not.

The same crystal in other cells and orientations; crystals whose sites are rearranged; and pairs of
shapes of four atoms that differ in angles alone or as mirror images.
"""

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
from ase import Atoms
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation
from sklearn.feature_extraction.text import CountVectorizer

from spinlens.atoms import fingerprints, tetris
from spinlens.core.errors import SpinlensError
from spinlens.crystal import d_electrons

# Shapes of four atoms:
ELEMENT, BOX, CUTOFF = "Cr", 8.0, 4.0  # Å
VOXELS = (12, 12, 12)
EDGE = 2.0  # Å between neighbours of the mirror images
ARM = 3.0  # Å from the middle of a star: its ends are beyond each other's cutoff
ANGLES = ((0, 120, 240), (0, 90, 180))  # degrees
ROTATIONS = 8
ROUNDING = 1e-4  # of the largest output, below which a difference is rounding
SIGNIFICANT = 10.0  # times what a rotation changes, above which a difference is noticed

Array = NDArray[np.floating[Any]]


def rotate(structure: Atoms, seed: int = 0) -> Atoms:
    """Return a crystal whose atoms and lattice are rotated at random.

    Parameters
    ----------
    structure, seed
        Crystal, and seed of the rotation.
    """
    return _transformed(structure, Rotation.random(random_state=seed).as_matrix())


def rotate_cell(structure: Atoms, seed: int = 0) -> Atoms:
    """Return the same crystal by the vectors a + b, -a, c: of a hexagonal cell, rotated by 60°.

    Parameters
    ----------
    structure, seed
        Crystal, of which no atom is moved; the seed is ignored.
    """
    return _with_vectors(structure, [[1, 1, 0], [-1, 0, 0], [0, 0, 1]])


def change_cell(structure: Atoms, seed: int = 0) -> Atoms:
    """Return the same crystal by a + b, b, c, its origin and the order of its atoms changed.

    Parameters
    ----------
    structure, seed
        Crystal, and seed of the shift and of the permutation.
    """
    rng = np.random.default_rng(seed)
    changed = _with_vectors(structure, [[1, 1, 0], [0, 1, 0], [0, 0, 1]])
    changed.positions += rng.random(3) @ changed.cell.array
    return changed[rng.permutation(len(changed))]


def mirror(structure: Atoms, seed: int = 0) -> Atoms:
    """Return the mirror image of a crystal; a and b are exchanged, so that they stay right-handed.

    Parameters
    ----------
    structure, seed
        Crystal; the seed is ignored.
    """
    mirrored = _transformed(structure, np.diag([-1.0, 1.0, 1.0]))
    return _with_vectors(mirrored, [[0, 1, 0], [1, 0, 0], [0, 0, 1]])


EQUIVALENT = {
    "rotated": rotate, "cell_turned": rotate_cell, "other_cell": change_cell, "mirrored": mirror,
}  # fmt: skip


def rearrange(structure: Atoms, pair: Sequence[str]) -> tuple[Atoms, Atoms]:
    """Return twice the cell along a, and the same with two atoms of its second half exchanged.

    Parameters
    ----------
    structure, pair
        Crystal, and two elements of which it has one atom each.

    Raises
    ------
    SpinlensError
        If an element of the pair does not occur exactly once.
    """
    symbols, sites = structure.get_chemical_symbols(), []
    for element in pair:
        if symbols.count(element) != 1:
            raise SpinlensError(f"{structure.symbols} has no one atom of {element}")
        sites.append(symbols.index(element))
    plain = structure.repeat((2, 1, 1))
    rearranged = plain.copy()
    rearranged.symbols[[len(structure) + site for site in sites]] = pair[::-1]
    return plain, rearranged


def compare_shape_pairs(seed: int = 0) -> dict[str, dict[str, dict[str, Any]]]:
    """Return which pairs of shapes each representation distinguishes before any training.

    Parameters
    ----------
    seed
        Seed of the networks and rotations.

    Returns
    -------
    dict
        By the names of `representations` and of the pairs (`angles`, `mirror_images`):
        `difference` of the pair and `when_rotated`, of a shape and itself rotated, both relative
        to the largest output; `distinguished`: yes, no, or as rotated, if the pair differs no
        more than a shape from itself.
    """
    return {
        name: {pair: _compared(encode, shapes, seed) for pair, shapes in _shape_pairs().items()}
        for name, encode in _encoders(seed).items()
    }


def _shape_pairs() -> dict[str, Array]:
    """Two shapes (2, 4, 3) in Å each: stars alike in distances within the cutoff, mirror images."""
    stars = [[[0, 0, 0], *map(_arm, angles)] for angles in ANGLES]
    return {"angles": np.array(stars), "mirror_images": EDGE * tetris.shapes()[tetris.CHIRAL_PAIR]}


def _arm(angle: float) -> list[float]:
    radians = np.deg2rad(angle)
    return [ARM * np.cos(radians), ARM * np.sin(radians), 0]


def _compared(encode: Callable[[Array], Array], pair: Array, seed: int) -> dict[str, Any]:
    first, second = pair
    matrices = Rotation.random(ROTATIONS, random_state=seed).as_matrix()
    outputs = encode(np.array([first, second, *(first @ matrix.T for matrix in matrices)]))
    size = max(np.linalg.norm(outputs, axis=1).max(), 1e-12)
    off = np.linalg.norm(outputs - outputs[0], axis=1) / size
    difference, rotated = float(off[1]), float(off[2:].max())
    distinguished = "yes" if difference > SIGNIFICANT * rotated else "as rotated"
    if difference < ROUNDING:
        distinguished = "no"
    return {"difference": difference, "when_rotated": rotated, "distinguished": distinguished}


def _encoders(seed: int) -> dict[str, Callable[[Array], Array]]:
    """Functions from shapes (n, 4, 3) to outputs (n, features)."""
    keras.utils.set_random_seed(seed)
    channels = fingerprints.element_weights([ELEMENT]).shape[1]
    voxels = fingerprints.image_network(VOXELS, channels)
    pooled = keras.Model(voxels.inputs, voxels.get_layer("mean_and_max").output)

    def image(shapes: Array) -> Array:
        images = fingerprints.images(_in_boxes(shapes), [ELEMENT], VOXELS)
        return pooled.predict(images, verbose=0)

    def text(shapes: Array) -> Array:
        counter = CountVectorizer(analyzer="char", lowercase=False)
        return counter.fit_transform(fingerprints.formulas(_in_boxes(shapes))).toarray()

    def network(max_degree: int) -> Callable[[Array], Array]:
        model = tetris.equivariant_network(seed=seed, max_degree=max_degree)
        inner = keras.Model(model.inputs, model.layers[-1].input)
        return lambda shapes: inner.predict(shapes.astype("float32"), verbose=0)

    def fingerprint(function: Callable[..., Array], *options: Any) -> Callable[[Array], Array]:
        return lambda shapes: function(_in_boxes(shapes), *options)

    return {
        "none": lambda shapes: np.zeros((len(shapes), 1)),
        "fingerprint: composition": fingerprint(fingerprints.composition_descriptors, [ELEMENT]),
        "fingerprint: electrons": fingerprint(d_electrons.descriptors),
        "fingerprint: SOAP": fingerprint(fingerprints.power_spectra, [ELEMENT], CUTOFF),
        "string": text,
        "graph": network(0),
        "image": image,
        "points": network(1),
    }


def _in_boxes(shapes: Array) -> list[Atoms]:
    """Shapes in the middle of boxes that are not periodic."""
    symbols = [ELEMENT] * shapes.shape[1]
    return [Atoms(symbols, own + BOX / 2, cell=[BOX] * 3) for own in shapes]


def _transformed(structure: Atoms, matrix: Array) -> Atoms:
    changed = structure.copy()
    changed.positions = structure.positions @ matrix.T
    changed.set_cell(structure.cell.array @ matrix.T)
    return changed


def _with_vectors(structure: Atoms, vectors: Sequence[Sequence[int]]) -> Atoms:
    changed = structure.copy()
    changed.set_cell(np.array(vectors) @ structure.cell.array)
    return changed
