"""Accelerations and tensors of inertia of point masses, learned together with their radial laws.

Masses m are the only features. The acceleration of each mass by all others, with G = 1, is
Σ m r / r³: one convolution by a harmonic of degree 1, whose radial function is 1 / r². The tensor
of inertia about each point, Σ m (r² 1 - r rᵀ), has a trace, 2 Σ m r², of degree 0, and the rest,
-Σ m (r rᵀ - r² 1 / 3), of degree 2: two radial functions, both r² but for constants.
"""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from spinlens.atoms import training_loop
from spinlens.atoms.training_loop import Report
from spinlens.layers.equivariant.neighbours import AllPairs, Surroundings
from spinlens.layers.equivariant.point_convolution import PointConvolution
from spinlens.layers.equivariant.spherical_harmonics import harmonics

Array = NDArray[np.floating[Any]]

BOX = 2.0  # edge of the cube in which the masses are
NEAREST = 0.5  # smallest distance of two masses
MASSES = (0.5, 2.0)  # range of the masses
REACH = BOX * 3**0.5
IRREPS = {"acceleration": ("1o",), "inertia": ("0e", "2e")}  # of the output of each task
PROFILE_POINTS = 120
TRAINING_MASSES, TEST_MASSES = 5, (5, 10, 20)  # masses of a structure
TRAINING = {"structures": 1000, "steps": 2000, "batch": 32, "learning_rate": 0.01}


def random_masses(count: int, structures: int, seed: int) -> tuple[Array, Array]:
    """Return random positions (structures, count, 3) and masses (structures, count).

    Parameters
    ----------
    count, structures
        Masses of a structure, and number of structures.
    seed
        Seed of both.
    """
    rng = np.random.default_rng(seed)
    positions = np.array([_separated_points(count, rng) for _ in range(structures)])
    return positions.astype("float32"), rng.uniform(*MASSES, (structures, count)).astype("float32")


def accelerations(positions: Array, mass: Array) -> Array:
    """Return the acceleration of each mass by all others, Newton's law with G = 1.

    Parameters
    ----------
    positions, mass
        Arrays (structures, points, 3) and (structures, points).

    Returns
    -------
    array
        (structures, points, 3).
    """
    vectors, distance = _pairs(positions)
    return np.einsum("sn,sani->sai", mass, vectors / distance[..., None] ** 3)


def inertia_tensors(positions: Array, mass: Array) -> Array:
    """Return the tensors of inertia about each point, Σ m (r² 1 - r rᵀ).

    They are (structures, points, 3, 3) of positions and masses as `accelerations` takes them.
    """
    vectors, _ = _pairs(positions)
    square = np.einsum("sn,sani,sani->sa", mass, vectors, vectors)
    outer = np.einsum("sn,sani,sanj->saij", mass, vectors, vectors)
    return square[..., None, None] * np.eye(3) - outer


def harmonic_components(task: str, positions: Array, mass: Array) -> Array:
    """Return the truth of a task, (structures, points, components), as a network predicts it.

    Parameters
    ----------
    task
        `acceleration`: a vector in the order of the harmonics; `inertia`: the trace, then the
        five components of degree 2.
    positions, mass
        Arrays (structures, points, 3) and (structures, points).
    """
    if task == "acceleration":
        return accelerations(positions, mass) @ _vector_basis()
    tensors = inertia_tensors(positions, mass)
    trace = np.einsum("saii->sa", tensors)[..., None]
    rest = np.einsum("saij,ijm->sam", tensors, _tensor_basis())
    return np.concatenate([trace, rest], -1)


def network(task: str, hidden: int = 64, seed: int = 0) -> Any:
    """Return one convolution from positions (points, 3) and masses to `harmonic_components`.

    Parameters
    ----------
    task
        Key of IRREPS.
    hidden, seed
        Hidden units of the radial network, and seed of its weights.
    """
    keras.utils.set_random_seed(seed)
    positions, mass = keras.Input((None, 3), name="positions"), keras.Input((None,), name="mass")
    pairs = AllPairs()(positions, ops.ones_like(mass))
    neighbours = Surroundings(2, REACH, 24, smooth=False, name="surroundings")(pairs)
    convolution = PointConvolution(IRREPS[task], hidden, typical=1.0, name="convolution")
    features = convolution({"0e": mass[:, :, None, None]}, neighbours)
    parts = [features[irrep][..., 0] for irrep in IRREPS[task]]
    output = parts[0] if len(parts) == 1 else ops.concatenate(parts, -1)
    return keras.Model({"positions": positions, "mass": mass}, output, name=task)


def relative_error(
    model: Any, task: str, count: int, structures: int = 50, seed: int = 100
) -> float:
    """Return the root mean square error, relative to the truth's, on new structures.

    Parameters
    ----------
    model, task
        Network of a task.
    count, structures
        Masses of a structure, and number of structures.
    seed
        Seed of the structures.
    """
    positions, mass = random_masses(count, structures, seed)
    truth = harmonic_components(task, positions, mass)
    predicted = model.predict({"positions": positions, "mass": mass}, verbose=0)
    return float(np.sqrt(np.mean((predicted - truth) ** 2) / np.mean(truth**2)))


def learned_laws(
    seed: int = 0, training: Mapping[str, Any] = TRAINING, report: Report = print
) -> dict[str, Any]:
    """Return, by task, the errors of a trained network and its radial functions.

    Parameters
    ----------
    seed
        Seed of weights and structures.
    training
        `structures`, `steps`, `batch` and `learning_rate`.
    report
        Called with lines of progress.

    Returns
    -------
    dict
        For each task `relative_error` by the number of masses, and `radial_functions` by irrep
        (learned, exact, relative_error) over `distance`.
    """
    settings, results = dict(training) | {"seed": seed}, {}
    positions, mass = random_masses(TRAINING_MASSES, settings["structures"], seed + 1)
    inputs = {"positions": positions, "mass": mass}
    distances = _pairs(positions)[1][:, ~np.eye(TRAINING_MASSES, dtype=bool)]
    # All but one in a thousand of the pairs trained on are nearer.
    farthest = float(np.quantile(distances, 0.999))
    for task in IRREPS:
        model = network(task, seed=seed)
        truth = harmonic_components(task, positions, mass).astype("float32")
        history = training_loop.fit(model, inputs, truth, "mse", settings, report)
        distance, functions = _radial_functions(model, task, farthest)
        errors = {str(n): round(relative_error(model, task, n), 5) for n in TEST_MASSES}
        results[task] = {
            "trained_on_masses": TRAINING_MASSES,
            "relative_error": errors,
            "distance": distance.round(4).tolist(),
            "radial_functions": {irrep: _compared(*own) for irrep, own in functions.items()},
            "training": settings,
            "last_loss": history[-1]["loss"],
        }
    return results


def _radial_functions(
    model: Any, task: str, last: float
) -> tuple[Array, dict[str, tuple[Array, Array]]]:
    """Distances, and learned and exact radial functions by irrep: factors of harmonics."""
    distance = np.linspace(NEAREST, last, PROFILE_POINTS)
    basis = model.get_layer("surroundings").basis(ops.convert_to_tensor(distance.astype("float32")))
    convolution = model.get_layer("convolution")
    learned = ops.convert_to_numpy(convolution.radial(basis)).T
    exact = _exact(task, distance)
    # Of mean square 1, each component of a unit vector is √3 times itself.
    scale = {"1o": np.sqrt(3)}
    return distance, {
        path.target: (own * scale.get(path.target, 1.0), exact[path.target])
        for path, own in zip(convolution.paths, learned, strict=True)
    }


def _exact(task: str, distance: Array) -> dict[str, Array]:
    if task == "acceleration":
        return {"1o": distance**-2}
    # -(r rᵀ - r²/3) onto an orthonormal basis has the norm r² √(2/3), shared by five components.
    return {"0e": 2 * distance**2, "2e": -np.sqrt(2 / 15) * distance**2}


def _compared(learned: Array, exact: Array) -> dict[str, Any]:
    error = np.sqrt(np.mean((learned - exact) ** 2) / np.mean(exact**2))
    profiles = {"learned": learned, "exact": exact}
    return {"relative_error": round(float(error), 5)} | {
        name: [float(f"{value:.5g}") for value in own] for name, own in profiles.items()
    }


def _vector_basis() -> Array:
    """(3, 3) from Cartesian components to those of the harmonics, orthogonal."""
    return harmonics(1, np.eye(3)) * np.sqrt(4 * np.pi / 3)


def _tensor_basis() -> Array:
    """(3, 3, 5) from traceless symmetric tensors to orthonormal components of degree 2."""
    # r rᵀ of a unit vector gives √(2/15) times the harmonics of mean square 1.
    directions = np.random.default_rng(0).normal(size=(50, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    outer = np.einsum("di,dj->dij", directions, directions) - np.eye(3) / 3
    wanted = np.sqrt(2 / 15) * np.sqrt(4 * np.pi) * harmonics(2, directions)
    return np.linalg.lstsq(outer.reshape(50, 9), wanted)[0].reshape(3, 3, 5)


def _pairs(positions: Array) -> tuple[Array, Array]:
    """Vectors (structures, points, points, 3) to the others, and distances, 1 to itself."""
    positions = np.asarray(positions, float)
    vectors = positions[:, None] - positions[:, :, None]
    distance = np.linalg.norm(vectors, axis=-1)
    return vectors, np.where(distance > 0, distance, 1.0)


def _separated_points(count: int, rng: np.random.Generator) -> Array:
    accepted = np.empty((0, 3))
    while len(accepted) < count:
        new = rng.uniform(0, BOX, 3)
        if (np.linalg.norm(accepted - new, axis=1) >= NEAREST).all():
            accepted = np.vstack([accepted, new])
    return accepted
