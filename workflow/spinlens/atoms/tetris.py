"""Eight shapes of four cubes, two of them mirror images, classified in any orientation."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from spinlens.atoms import points
from spinlens.layers.equivariant.neighbours import AllPairs, Surroundings

CUBES = {
    "chiral, left": [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 0, 1)],
    "chiral, right": [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 0, -1)],
    "square": [(0, 0, 0), (1, 0, 0), (0, 1, 0), (1, 1, 0)],
    "line": [(0, 0, 0), (1, 0, 0), (2, 0, 0), (3, 0, 0)],
    "corner": [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)],
    "L": [(0, 0, 0), (1, 0, 0), (2, 0, 0), (2, 1, 0)],
    "T": [(0, 0, 0), (1, 0, 0), (2, 0, 0), (1, 1, 0)],
    "zigzag": [(0, 0, 0), (1, 0, 0), (1, 1, 0), (2, 1, 0)],
}
NAMES = tuple(CUBES)
CHIRAL_PAIR = [0, 1]
STEPS = 150
EXTENT = 10.0  # edges of a cube; half the range of translations

Examples = tuple[NDArray[np.float32], NDArray[np.int64]]


def shapes() -> NDArray[np.float32]:
    """Return the centres of the cubes (shapes, 4, 3), each shape centred at the origin."""
    positions = np.array(list(CUBES.values()), "float32")
    return positions - positions.mean(axis=1, keepdims=True)


def rotated(count: int, seed: int) -> Examples:
    """Return random rotations of every shape: positions (8 × count, 4, 3), classes (8 × count,).

    Parameters
    ----------
    count, seed
        Rotations of each shape, and seed of the rotations.
    """
    matrices = Rotation.random(8 * count, random_state=seed).as_matrix()
    return _repeated(count, lambda positions: np.einsum("sij,spj->spi", matrices, positions))


def translated(count: int, seed: int) -> Examples:
    """Return random translations of every shape, as `rotated` returns rotations.

    Parameters
    ----------
    count, seed
        Translations of each shape, and seed of the translations.
    """
    shifts = np.random.default_rng(seed).uniform(-EXTENT, EXTENT, (8 * count, 1, 3))
    return _repeated(count, lambda positions: positions + shifts)


def equivariant_network(
    scalars: int = 16,
    layers: int = 3,
    with_parity: bool = False,
    seed: int = 0,
    max_degree: int = 1,
) -> Any:
    """Return a tensor field network from positions (4, 3) to probabilities of the shapes.

    It is blind to handedness if features carry parity and the pooled scalars are even, or if it
    uses distances alone (`max_degree` 0).

    Parameters
    ----------
    scalars, layers
        Channels of degree 0, and rounds of convolution.
    with_parity
        Whether features carry parity.
    seed
        Seed of the weights.
    max_degree
        Largest degree of the features.
    """
    keras.utils.set_random_seed(seed)
    positions = keras.Input((4, 3), name="positions")
    ones = ops.ones_like(positions[..., 0])
    neighbours = Surroundings(max_degree, 4.0, 8)(AllPairs()(positions, ones))
    channels = points.channels_by_irrep(scalars, max_degree, with_parity)
    if with_parity:
        channels |= {"0o": scalars // 2, "1e": scalars // 2}
    scalar = next(iter(channels))
    features = points.convolve_repeatedly(
        {scalar: ones[..., None, None]}, neighbours, channels, layers,
        hidden=16, typical=3.0, kept=(scalar,),
    )  # fmt: skip
    mean = ops.mean(features[scalar][..., 0, :], 1)
    return keras.Model(positions, keras.layers.Dense(len(CUBES), "softmax")(mean))


def accuracies(count: int = 1000, seed: int = 0, steps: int = STEPS) -> dict[str, Any]:
    """Return accuracies of the equivariant network and of two controls.

    All are trained on the shapes in one orientation. The controls are a dense network on the
    coordinates (`control_...`) and a network that is blind to handedness (`even_...`).

    Parameters
    ----------
    count
        Rotations and translations of each shape to test on.
    seed, steps
        Seed of weights and test shapes, and steps of training.

    Returns
    -------
    dict
        `accuracy_trained`, `accuracy_rotated`, `accuracy_translated`; `chiral_pair_accuracy` of
        the rotated mirror images and `chiral_pair_separated`, whether it is 1; the controls.
    """
    trained, test = (shapes(), np.arange(8)), rotated(count, seed + 1)
    network = _train(equivariant_network(seed=seed), steps)
    control = _train(_dense_network(seed=seed), steps)
    even = _train(equivariant_network(with_parity=True, seed=seed), steps)
    predicted, even_predicted = _predicted(network, test), _predicted(even, test)
    chiral = np.isin(test[1], CHIRAL_PAIR)
    pair, even_pair = (_share(own[chiral], test[1][chiral]) for own in (predicted, even_predicted))
    return {
        "accuracy_trained": _accuracy(network, trained),
        "accuracy_rotated": _share(predicted, test[1]),
        "accuracy_translated": _accuracy(network, translated(count, seed + 2)),
        "chiral_pair_separated": pair == 1,
        "chiral_pair_accuracy": pair,
        "control_accuracy_trained": _accuracy(control, trained),
        "control_accuracy": _accuracy(control, test),
        "even_accuracy_of_the_others": _share(even_predicted[~chiral], test[1][~chiral]),
        "even_chiral_pair_separated": even_pair == 1,
        "even_chiral_pair_accuracy": even_pair,
        "tested_of_each": count,
        "steps": steps,
        "seed": seed,
    }


def _dense_network(units: int = 64, seed: int = 0) -> Any:
    keras.utils.set_random_seed(seed)
    hidden = [keras.layers.Dense(units, "relu") for _ in range(2)]
    output = keras.layers.Dense(len(CUBES), "softmax")
    return keras.Sequential([keras.Input((4, 3)), keras.layers.Flatten(), *hidden, output])


def _train(model: Any, steps: int, learning_rate: float = 0.01) -> Any:
    """Train on the eight shapes in the one orientation in which they are written."""
    optimizer = keras.optimizers.Adam(learning_rate)
    model.compile(optimizer, "sparse_categorical_crossentropy")
    epoch = 10
    model.fit(
        np.tile(shapes(), (epoch, 1, 1)), np.tile(np.arange(8), epoch),
        batch_size=8, shuffle=False, epochs=-(-steps // epoch), verbose=0,
    )  # fmt: skip
    return model


def _repeated(count: int, change: Callable[[NDArray[Any]], NDArray[Any]]) -> Examples:
    positions = np.repeat(shapes(), count, axis=0)
    return change(positions).astype("float32"), np.repeat(np.arange(8), count)


def _accuracy(model: Any, examples: Examples) -> float:
    return _share(_predicted(model, examples), examples[1])


def _predicted(model: Any, examples: Examples) -> NDArray[np.int64]:
    return model.predict(examples[0], batch_size=1000, verbose=0).argmax(axis=1)


def _share(predicted: NDArray[np.int64], truth: NDArray[np.int64]) -> float:
    return round(float((predicted == truth).mean()), 4)
