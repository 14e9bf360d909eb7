"""Spin densities from structure: an ensemble of networks on superposed atoms, trained and kept."""

import gzip
import pickle
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import keras
import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list
from numpy.typing import NDArray

from spinlens.atoms import density_network, density_samples, moments, points, training_loop
from spinlens.atoms.density_samples import DensitySample, Prepared
from spinlens.atoms.superposed_atoms import REACH, SuperposedAtoms
from spinlens.atoms.training_loop import Report
from spinlens.core.files import whole
from spinlens.layers.equivariant import atomic_density
from spinlens.layers.equivariant.atomic_basis import AtomicBasis

BASIS = AtomicBasis()
RADIALS = 4  # of the six radial functions of a degree those that coefficients need most
TRAINING = {"batch": 12, "learning_rate": 0.005, "epoch": 10}
TOLERANCE = 0.02  # of the shortest distance

Array = NDArray[Any]


def model_settings(config: Mapping[str, Any], structures: Sequence[Atoms]) -> dict[str, Any]:
    """Return the settings of an ensemble.

    Parameters
    ----------
    config
        Config keys.
    structures
        All crystals that it is to be trained on.
    """
    cutoff = config["geometry_crystal_cutoff"]
    return TRAINING | {
        "cutoff": cutoff,
        "neighbours": points.neighbours(structures, cutoff)["index"].shape[-1],
        "members": config["density_members"],
        "steps": config["density_steps"],
        "seed": config["geometry_seed"],
    }


class DensityModel:
    """Networks that differ by their first weights, on the same superposed atoms.

    Parameters
    ----------
    elements
        Chemical symbols that crystals may hold.
    settings
        As `model_settings` returns them.
    """

    even = False  # whether the density stays when all directions turn over
    charge: Any = None  # a model of the charge density that was trained beside this one

    def __init__(self, elements: Sequence[str], settings: Mapping[str, Any]) -> None:
        self.elements, self.settings = list(elements), dict(settings)
        self.atoms: Any = self._unfitted_atoms()
        self.weights: list[list[Array]] = []
        self._network: Any = None

    def train(self, prepared: Sequence[Prepared], report: Report = lambda line: None) -> Self:
        """Fit the superposed atoms, then every network from its first weights.

        Parameters
        ----------
        prepared
            Samples.
        report
            Called with lines of progress.
        """
        self.atoms.fit(prepared)
        forms = self._forms(prepared)
        samples = [each.sample for each in prepared]
        inputs = self._inputs(
            [each.structure for each in samples],
            [each.directions for each in samples],
            [each.name for each in samples],
        )
        self.known = _training_range(samples)
        self.weights = []
        for member in range(self.settings["members"]):
            settings = self.settings | {"seed": self.settings["seed"] + member}
            network = self._of_member(member)
            training_loop.fit(network, inputs, forms, density_network.loss, settings, report)
            self.weights.append(network.get_weights())
        return self

    def predict(
        self, structures: Sequence[Atoms], directions: Sequence[Array]
    ) -> list[NDArray[np.float64]]:
        """Return coefficients of `BASIS` of each crystal, (members, atoms, (L + 1)², radials).

        Parameters
        ----------
        structures, directions
            Crystals, and of each the directions asked of the moments of its atoms, (atoms,).
        """
        inputs = self._inputs(structures, directions, [None] * len(structures))
        network, shape = self._of_member(0), (self.axes.shape[0], self.axes.shape[2])
        members = []
        for weights in self.weights:
            network.set_weights(weights)
            members.append(np.asarray(network.predict_on_batch(inputs)))
        found = []
        for row, structure in enumerate(structures):
            count = len(structure)
            kept = [density_network.unflattened(own[row], count, shape) for own in members]
            expanded = np.einsum("cnk,mack->macn", self.axes, np.array(kept))
            found.append(self._completed(expanded, structure))
        return found

    def outside(self, structure: Atoms, directions: Array) -> list[str]:
        """Describe what of a crystal lies outside of what was trained on; empty if nothing does.

        Parameters
        ----------
        structure, directions
            Crystal, and directions asked of the moments of its atoms, (atoms,).
        """
        new = sorted(set(structure.get_chemical_symbols()) - self.known["elements"])
        found = [f"element {symbol} not in training" for symbol in new]
        if _is_mixed(directions) and not self.known["mixed"]:
            found.append("antiparallel moments not in training")
        low, high = self.known["nearest"]
        nearest = _nearest(structure)
        if not low * (1 - TOLERANCE) <= nearest <= high * (1 + TOLERANCE):
            found.append(f"nearest atoms {nearest:.3g} Å apart, outside {low:.3g}–{high:.3g} Å")
        return found

    def save(self, path: Path | str) -> None:
        """Write the model to one file.

        Parameters
        ----------
        path
            Gzipped pickle: load none that comes from elsewhere.
        """
        with whole(path) as temporary, gzip.open(temporary, "wb", 6) as file:
            pickle.dump(self.__getstate__(), file)

    @classmethod
    def load(cls, path: Path | str) -> Self:
        """Read a model that `save` wrote.

        Parameters
        ----------
        path
            The file.
        """
        with gzip.open(path, "rb") as file:
            kept = pickle.load(file)
        found = cls(kept["elements"], kept["settings"])
        vars(found).update(kept)
        return found

    def __getstate__(self) -> dict[str, Any]:
        """Everything but the network, which `_of_member` makes again."""
        return vars(self) | {"_network": None}

    def _completed(self, coefficients: Array, structure: Atoms) -> NDArray[np.float64]:
        return coefficients

    def _unfitted_atoms(self) -> Any:
        return SuperposedAtoms()

    def _forms(self, prepared: Sequence[Prepared]) -> NDArray[np.float32]:
        """Choose the radial functions; return the quadratic forms of the errors."""
        self.axes = density_samples.contraction(BASIS, prepared, RADIALS)
        return density_samples.quadratic_forms(prepared, self.axes)

    def _of_member(self, member: int) -> Any:
        """Return the network with the first weights of a member; it is compiled once."""
        keras.utils.set_random_seed(self.settings["seed"] + member)
        fresh = density_network.network(
            moments.element_table(self.elements),
            self.settings["neighbours"],
            self.settings["cutoff"],
            BASIS.max_degree,
            RADIALS,
            self.even,
        )
        if self._network is None:
            self._network = fresh
        else:
            self._network.set_weights(fresh.get_weights())
        return self._network

    def _inputs(
        self, structures: Sequence[Atoms], directions: Sequence[Array], names: Sequence[str | None]
    ) -> points.Arrays:
        rows = list(zip(structures, directions, names, strict=True))
        expected = [self.atoms.expected(*row) for row in rows]
        inputs = density_network.network_inputs(
            structures,
            directions,
            expected,
            self.elements,
            self.settings["cutoff"],
            self.settings["neighbours"],
        )
        shape = (*inputs["mask"].shape, self.axes.shape[0], self.axes.shape[2])
        superposed = np.zeros(shape, "float32")
        for row, structure, own, moment in zip(
            superposed, structures, directions, expected, strict=True
        ):
            atoms = self.atoms.coefficients(structure, own, moment)
            row[: len(structure)] = np.einsum("cnk,acn->ack", self.axes, atoms)
        return inputs | {"superposed": superposed.reshape(len(superposed), -1)}


def on_grid(coefficients: Array, sample: DensitySample) -> Array:
    """Make the density of a sample's cell on its grid, in its unit (μB Å⁻³, or e Å⁻³).

    Parameters
    ----------
    coefficients, sample
        Coefficients of `BASIS`, (atoms, (L + 1)², radial functions), and the sample.
    """
    shape = sample.density.shape
    return atomic_density.assemble(BASIS, coefficients, sample.positions, sample.lattice, shape)


def _training_range(samples: Sequence[DensitySample]) -> dict[str, Any]:
    """Elements, shortest distances in Å, and whether any moments are antiparallel."""
    nearest = [_nearest(each.structure) for each in samples]
    return {
        "elements": set().union(*(each.structure.get_chemical_symbols() for each in samples)),
        "nearest": (min(nearest), max(nearest)),
        "mixed": any(_is_mixed(each.directions) for each in samples),
    }


def _nearest(structure: Atoms) -> float:
    return float(neighbor_list("d", structure, REACH).min(initial=REACH))


def _is_mixed(directions: Array) -> bool:
    return bool((directions > 0).any() and (directions < 0).any())
