"""Representations of structures, each with a model that predicts moments from it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import keras
import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from spinlens.atoms import fingerprints, moments, points, training_loop

VOXELS = (8, 8, 10)  # of one cell
IMAGE_TRAINING = {"batch": 8, "learning_rate": 0.01}
IMAGE_STEPS = 240  # at most: each takes as long as two to four of a network on points

Array = NDArray[Any]
Structures = Sequence[Atoms]
Samples = Sequence[moments.Sample]


class Representation(Protocol):
    """A representation of structures, and a model that predicts moments from it."""

    name: str
    learner: str

    def represent(self, structures: Structures) -> list[Array]:
        """Return what the model is given, arrays with structures first.

        Parameters
        ----------
        structures
            Crystals.
        """

    def size_in_bytes(self, structure: Atoms) -> int:
        """Return the bytes that describe a structure.

        Parameters
        ----------
        structure
            Crystal.
        """
        return self.represent([structure])[0].nbytes

    def fit(self, samples: Samples) -> None:
        """Train the model; earlier training is forgotten.

        Parameters
        ----------
        samples
            Crystals and their ground states.
        """

    def predict(self, structures: Structures) -> Array:
        """Return moments in μB, (structures,).

        Parameters
        ----------
        structures
            Crystals.
        """

    def count_parameters(self) -> int:
        """Return the learned numbers: weights, coefficients, or nodes of trees."""


@dataclass
class Table(Representation):
    """A row of numbers, or a text, for each structure, and a regressor of scikit-learn.

    Parameters
    ----------
    name, learner
        Names of the representation and of the regressor.
    rows
        Function of structures that returns rows, (structures, ...).
    regressor, count
        Regressor, and function that counts its parameters once it is fitted.
    """

    name: str
    learner: str
    rows: Callable[[Structures], Array]
    regressor: Any
    count: Callable[[Any], int]

    def represent(self, structures: Structures) -> list[Array]:
        """Return the rows."""
        return [self.rows(structures)]

    def fit(self, samples: Samples) -> None:
        """Fit the regressor to the rows."""
        rows = self.rows([sample.structure for sample in samples])
        self.regressor.fit(rows, [sample.moment for sample in samples])

    def predict(self, structures: Structures) -> Array:
        """Return moments in μB, (structures,)."""
        return self.regressor.predict(self.rows(structures))

    def count_parameters(self) -> int:
        """Return the learned numbers of the regressor."""
        return self.count(self.regressor)


class Image(Representation):
    """Voxels of the cell, and a periodic convolutional network.

    Parameters
    ----------
    elements, settings
        Chemical symbols that crystals may hold, and settings of `moments.network_settings`.
    """

    name, learner = "image", "periodic voxel network"

    def __init__(self, elements: Sequence[str], settings: Mapping[str, Any]) -> None:
        steps = min(settings["steps"], IMAGE_STEPS)
        self.settings = dict(settings) | IMAGE_TRAINING | {"steps": steps}
        self.elements = elements
        keras.utils.set_random_seed(settings["seed"])
        self.channels = fingerprints.element_weights(elements).shape[1]
        self.model = fingerprints.image_network(VOXELS, self.channels)
        self.initial_weights = self.model.get_weights()
        self.lengths: Array | None = None

    def represent(self, structures: Structures) -> list[Array]:
        """Return images, of more voxels along a vector longer than those trained on."""
        lengths = np.mean([structure.cell.lengths() for structure in structures], axis=0)
        times = np.ones(3) if self.lengths is None else np.rint(lengths / self.lengths)
        shape = tuple((np.array(VOXELS) * np.maximum(times, 1)).astype(int).tolist())
        return [fingerprints.images(structures, self.elements, shape)]

    def fit(self, samples: Samples) -> None:
        """Train the network from its first weights on moments less their mean."""
        structures = [sample.structure for sample in samples]
        self.lengths = np.mean([structure.cell.lengths() for structure in structures], axis=0)
        truth = np.array([[sample.moment] for sample in samples], "float32")
        self.mean = truth.mean()
        self.model.set_weights(self.initial_weights)
        inputs, error = {"image": self.represent(structures)[0]}, "mean_absolute_error"
        training_loop.fit(
            self.model, inputs, truth - self.mean, error, self.settings, lambda line: None
        )

    def predict(self, structures: Structures) -> Array:
        """Return moments in μB, (structures,)."""
        (image,) = self.represent(structures)
        model = self.model
        if image.shape[1:4] != VOXELS:
            model = fingerprints.image_network(image.shape[1:4], self.channels)
            model.set_weights(self.model.get_weights())
        return model.predict({"image": image}, verbose=0)[:, 0] + self.mean

    def count_parameters(self) -> int:
        """Return the weights of the network."""
        return self.model.count_params()


class Points(Representation):
    """Atoms as points, and the tensor field network of `moments`; arguments as of `Image`."""

    name, learner = "points", "tensor field network"

    def __init__(self, elements: Sequence[str], settings: Mapping[str, Any]) -> None:
        self.elements, self.settings = elements, settings
        self.ensemble = moments.Ensemble(elements, settings)

    def represent(self, structures: Structures) -> list[Array]:
        """Return padded points and neighbour lists."""
        cutoff, most = self.settings["cutoff"], self.settings["neighbours"]
        lists = points.neighbours(structures, cutoff, most=most)
        return [*points.pad(structures, self.elements).values(), *lists.values()]

    def size_in_bytes(self, structure: Atoms) -> int:
        """Return the bytes of species, positions, and three lattice vectors."""
        return 4 * len(structure) + 4 * 3 * len(structure) + 4 * 9

    def fit(self, samples: Samples) -> None:
        """Train the ensemble from its first weights."""
        self.ensemble.train(samples)

    def predict(self, structures: Structures) -> Array:
        """Return moments in μB, (structures,)."""
        return self.ensemble.predict(structures)[0].mean(axis=0)

    def count_parameters(self) -> int:
        """Return the weights of all members."""
        return self.ensemble.model.count_params() * self.settings["members"]


class Graph(Points):
    """Atoms and distances: `Points`, whose network has features of degree 0 alone."""

    name, learner = "graph", "tensor field network, degree 0"

    def __init__(self, elements: Sequence[str], settings: Mapping[str, Any]) -> None:
        super().__init__(elements, dict(settings) | {"max_degree": 0})

    def size_in_bytes(self, structure: Atoms) -> int:
        """Return the bytes of species, and of each neighbour's index and distance."""
        *_, mask = self.represent([structure])
        return 4 * len(structure) + 8 * int(mask.sum())
