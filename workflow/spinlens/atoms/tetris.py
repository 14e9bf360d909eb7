"""Eight shapes of four cubes, two of them mirror images: told apart however they are turned."""

import keras
import numpy as np
from keras import ops
from scipy.spatial.transform import Rotation

from spinlens.atoms import networks
from spinlens.layers.equivariant.neighbours import AllPairs, Surroundings

SHAPES = {
    "chiral, left": [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 0, 1)],
    "chiral, right": [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 0, -1)],
    "square": [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)],
    "line": [(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0)],
    "corner": [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)],
    "L": [(0, 0, 0), (1, 0, 0), (2, 0, 0), (2, 1, 0)],
    "T": [(0, 0, 0), (1, 0, 0), (2, 0, 0), (1, 1, 0)],
    "zigzag": [(0, 0, 0), (1, 0, 0), (1, 1, 0), (2, 1, 0)],
}
NAMES = tuple(SHAPES)
CHIRAL = [0, 1]
STEPS = 150
EXTENT = 10.0  # cubes, about which shapes are moved


def shapes():
    """Centres of the cubes (shapes, 4, 3), each shape about its own middle."""
    positions = np.array(list(SHAPES.values()), "float32")
    return positions - positions.mean(axis=1, keepdims=True)


def rotated(count, seed):
    """`count` random rotations of every shape: positions (8 × count, 4, 3), shapes (8 × count,)."""
    turns = Rotation.random(8 * count, random_state=seed).as_matrix()
    return _repeated(count, lambda positions: np.einsum("sij,spj->spi", turns, positions))


def translated(count, seed):
    """`count` random translations of every shape, likewise."""
    by = np.random.default_rng(seed).uniform(-EXTENT, EXTENT, (8 * count, 1, 3))
    return _repeated(count, lambda positions: positions + by)


def equivariant(scalars=16, layers=3, with_parity=False, seed=0, most=1):
    """Tensor field network from positions (4, 3) to probabilities of the shapes. It knows left
    from right, unless features keep parity and what is left in the end is even, or `most`, their
    order, is 0: then it is a network on distances."""
    keras.utils.set_random_seed(seed)
    positions = keras.Input((4, 3), name="positions")
    ones = ops.ones_like(positions[..., 0])
    seen = Surroundings(max_degree=most, cutoff=4.0, count=8)(AllPairs()(positions, ones))
    channels = networks.channels_by_kind(scalars, most, with_parity)
    if with_parity:
        channels |= {"0o": scalars // 2, "1e": scalars // 2}
    scalar = next(iter(channels))
    features = {scalar: ones[..., None, None]}
    for last in [False] * (layers - 1) + [True]:
        kept = (scalar,) if last else None
        features = networks.convolved(features, seen, channels, 16, typical=3.0, kept=kept)
    mean = ops.mean(features[scalar][..., 0, :], 1)
    return keras.Model(positions, keras.layers.Dense(len(SHAPES), "softmax")(mean))


def plain(units=64, seed=0):
    """A network of dense layers on the coordinates, as a control."""
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(units, "relu") for _ in range(2)]
    output = keras.layers.Dense(len(SHAPES), "softmax")
    return keras.Sequential([keras.Input((4, 3)), keras.layers.Flatten(), *hidden, output])


def train(model, steps=STEPS, learning_rate=0.01):
    """Train on the eight shapes, in the one orientation in which they are written."""
    optimizer = keras.optimizers.Adam(learning_rate)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    epoch = 10
    model.fit(
        np.tile(shapes(), (epoch, 1, 1)), np.tile(np.arange(8), epoch),
        batch_size=8, shuffle=False, epochs=-(-steps // epoch), verbose=0,
    )  # fmt: skip
    return model


def measure(count=1000, seed=0, steps=STEPS):
    """Accuracies, as a dict, of the equivariant network and of its controls.

    `accuracy_rotated` and `accuracy_translated` over `count` of each shape, turned and moved;
    `chiral_pair_separated`: whether each of the turned chiral shapes is told from its mirror
    image, and `chiral_pair_accuracy` of how many; `control_accuracy`: of the plain network on
    turned shapes; `even_...`: of the network made blind to handedness.
    """
    trained, turned = (shapes(), np.arange(8)), rotated(count, seed + 1)
    ours = train(equivariant(seed=seed), steps)
    control = train(plain(seed=seed), steps)
    even = train(equivariant(with_parity=True, seed=seed), steps)
    said, even_said = _said(ours, turned), _said(even, turned)
    of_pair = np.isin(turned[1], CHIRAL)
    pair, even_pair = (_share(own[of_pair], turned[1][of_pair]) for own in (said, even_said))
    return {
        "accuracy_trained": _accuracy(ours, trained),
        "accuracy_rotated": _share(said, turned[1]),
        "accuracy_translated": _accuracy(ours, translated(count, seed + 2)),
        "chiral_pair_separated": pair == 1,
        "chiral_pair_accuracy": pair,
        "control_accuracy_trained": _accuracy(control, trained),
        "control_accuracy": _accuracy(control, turned),
        "even_accuracy_of_the_others": _share(even_said[~of_pair], turned[1][~of_pair]),
        "even_chiral_pair_separated": even_pair == 1,
        "even_chiral_pair_accuracy": even_pair,
        "tested_of_each": count,
        "steps": steps,
        "seed": seed,
    }


def _repeated(count, change):
    positions = np.repeat(shapes(), count, axis=0)
    return change(positions).astype("float32"), np.repeat(np.arange(8), count)


def _accuracy(model, examples):
    return _share(_said(model, examples), examples[1])


def _said(model, examples):
    return model.predict(examples[0], batch_size=1000, verbose=0).argmax(axis=1)


def _share(said, truth):
    return round(float((said == truth).mean()), 4)
