"""Accelerations and tensors of inertia of point masses, and the radial functions behind them.

Masses m are the only features. The acceleration of each mass by all others, with G = 1, is
Σ m r / r³: one convolution by a harmonic of order 1, whose radial function is 1 / r². The tensor
of inertia about each point, Σ m (r² 1 - r rᵀ), has a trace, 2 Σ m r², of order 0, and the rest,
-Σ m (r rᵀ - r² 1 / 3), of order 2: two radial functions, both r² but for constants.
"""

import keras
import numpy as np
from keras import ops

from spinlens.atoms import training_loop
from spinlens.layers.equivariant.neighbours import AllPairs, Surroundings
from spinlens.layers.equivariant.point_convolution import PointConvolution
from spinlens.layers.equivariant.spherical_harmonics import harmonics

BOX = 2.0  # edge of the cube in which the masses are
NEAREST = 0.5  # least distance of two of them
MASSES = (0.5, 2.0)
REACH = BOX * 3**0.5
TARGETS = {"acceleration": ("1o",), "inertia": ("0e", "2e")}
PROFILE_POINTS = 120
TRAINED_ON, TESTED_ON = 5, (5, 10, 20)  # masses
TRAINING = {"structures": 1000, "steps": 2000, "batch": 32, "learning_rate": 0.01}


def masses(count, structures, seed):
    """Random positions (structures, count, 3), no two nearer than NEAREST, and masses
    (structures, count)."""
    rng = np.random.default_rng(seed)
    positions = np.array([_apart(count, rng) for _ in range(structures)])
    return positions.astype("float32"), rng.uniform(*MASSES, (structures, count)).astype("float32")


def accelerations(positions, mass):
    """(structures, points, 3): of each mass by all others, by Newton's law."""
    vectors, distance = _pairs(positions)
    return np.einsum("sn,sani->sai", mass, vectors / distance[..., None] ** 3)


def inertias(positions, mass):
    """(structures, points, 3, 3): tensors of inertia about each point."""
    vectors, _ = _pairs(positions)
    square = np.einsum("sn,sani,sani->sa", mass, vectors, vectors)
    outer = np.einsum("sn,sani,sanj->saij", mass, vectors, vectors)
    return square[..., None, None] * np.eye(3) - outer


def by_order(task, positions, mass):
    """What a network of a task learns, (structures, points, components): vectors in the order
    of the harmonics, of a tensor its trace and then the five components of order 2."""
    if task == "acceleration":
        return accelerations(positions, mass) @ _vector_basis()
    tensors = inertias(positions, mass)
    trace = np.einsum("saii->sa", tensors)[..., None]
    rest = np.einsum("saij,ijm->sam", tensors, _tensor_basis())
    return np.concatenate([trace, rest], -1)


def network(task, hidden=64, seed=0):
    """One convolution, from positions (points, 3) and masses (points,) to `by_order`."""
    keras.utils.set_random_seed(seed)
    positions, mass = keras.Input((None, 3), name="positions"), keras.Input((None,), name="mass")
    pairs = AllPairs()(positions, ops.ones_like(mass))
    seen = Surroundings(2, REACH, 24, smooth=False, name="surroundings")(pairs)
    convolution = PointConvolution(TARGETS[task], hidden, typical=1.0, name="convolution")
    found = convolution({"0e": mass[:, :, None, None]}, seen)
    parts = [found[kind][..., 0] for kind in TARGETS[task]]
    output = parts[0] if len(parts) == 1 else ops.concatenate(parts, -1)
    return keras.Model({"positions": positions, "mass": mass}, output, name=task)


def train(task, points, settings, report=print):
    """Network of a task, trained on structures of so many points, and its history."""
    model = network(task, seed=settings["seed"])
    positions, mass = masses(points, settings["structures"], settings["seed"] + 1)
    given = {"positions": positions, "mass": mass}
    truth = by_order(task, positions, mass).astype("float32")
    return model, training_loop.fit(model, given, truth, "mse", settings, report)


def relative_error(model, task, points, structures=50, seed=100):
    """Root mean square error over that of the truth, on new structures of so many points."""
    positions, mass = masses(points, structures, seed)
    truth = by_order(task, positions, mass)
    found = model.predict({"positions": positions, "mass": mass}, verbose=0)
    return float(np.sqrt(np.mean((found - truth) ** 2) / np.mean(truth**2)))


def measure(seed=0, training=TRAINING, report=print):
    """By task, a dict: `relative_error` by the number of masses tested on, `radial_functions` by
    kind (learned, exact, relative_error) over `distance`, and how it was made."""
    settings, found = training | {"seed": seed}, {}
    for task in TARGETS:
        model, history = train(task, TRAINED_ON, settings, report)
        distance, functions = radial_functions(model, task, farthest(TRAINED_ON, settings))
        errors = {str(n): round(relative_error(model, task, n), 5) for n in TESTED_ON}
        found[task] = {
            "trained_on_masses": TRAINED_ON,
            "relative_error": errors,
            "distance": distance.round(4).tolist(),
            "radial_functions": {kind: _compared(*own) for kind, own in functions.items()},
            "training": settings,
            "last_loss": history[-1]["loss"],
        }
    return found


def farthest(points, settings):
    """The distance that all but one in a thousand of the trained pairs are nearer than."""
    positions, _ = masses(points, settings["structures"], settings["seed"] + 1)
    distance = _pairs(positions)[1][:, ~np.eye(points, dtype=bool)]
    return float(np.quantile(distance, 0.999))


def radial_functions(model, task, last):
    """Distances from NEAREST to `last` and, by kind of what is made, the learned and the exact
    radial function there, arrays: what stands before r / |r|, 1, or the harmonics of order 2
    of mean square 1."""
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


def _exact(task, distance):
    if task == "acceleration":
        return {"1o": distance**-2}
    # -(r rᵀ - r²/3) onto an orthonormal basis has the norm r² √(2/3), shared by five components.
    return {"0e": 2 * distance**2, "2e": -np.sqrt(2 / 15) * distance**2}


def _compared(learned, exact):
    error = np.sqrt(np.mean((learned - exact) ** 2) / np.mean(exact**2))
    profiles = {"learned": learned, "exact": exact}
    return {"relative_error": round(float(error), 5)} | {
        name: [float(f"{value:.5g}") for value in own] for name, own in profiles.items()
    }


def _vector_basis():
    """(3, 3) from Cartesian components to those of the harmonics, orthogonal."""
    return harmonics(1, np.eye(3)) * np.sqrt(4 * np.pi / 3)


def _tensor_basis():
    """(3, 3, 5) from symmetric tensors without trace to components of order 2, orthonormal: r rᵀ
    of a unit vector gives √(2/15) times the harmonics of mean square 1."""
    directions = np.random.default_rng(0).normal(size=(50, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    outer = np.einsum("di,dj->dij", directions, directions) - np.eye(3) / 3
    wanted = np.sqrt(2 / 15) * np.sqrt(4 * np.pi) * harmonics(2, directions)
    return np.linalg.lstsq(outer.reshape(50, 9), wanted)[0].reshape(3, 3, 5)


def _pairs(positions):
    """Vectors (structures, points, points, 3) to the others, and distances, 1 to itself."""
    positions = np.asarray(positions, float)
    vectors = positions[:, None] - positions[:, :, None]
    distance = np.linalg.norm(vectors, axis=-1)
    return vectors, np.where(distance > 0, distance, 1.0)


def _apart(count, rng):
    found = np.empty((0, 3))
    while len(found) < count:
        new = rng.uniform(0, BOX, 3)
        if (np.linalg.norm(found - new, axis=1) >= NEAREST).all():
            found = np.vstack([found, new])
    return found
