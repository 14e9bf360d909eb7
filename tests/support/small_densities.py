"""Layers with spin densities made of atoms, for tests of densities from structure."""

from typing import Any

import numpy as np

from small_crystals import LAYER_MOMENTS, PAIRS, layer
from spinlens.atoms import points
from spinlens.atoms.density_samples import DensitySample, Prepared, prepare
from spinlens.crystal.formulas import reduced
from spinlens.layers.equivariant import atomic_density
from spinlens.layers.equivariant.atomic_basis import AtomicBasis

GRID = (12, 12, 32)
BASIS = AtomicBasis()
VALENCE = {"Ti": 4, "V": 5, "Cr": 6, "Mn": 7, "Fe": 8, "Co": 9, "Ni": 10, "Cu": 11, "Te": 6}
STRUCTURES = [layer(*pair) for pair in PAIRS]
SETTINGS: dict[str, Any] = {
    "batch": 4, "learning_rate": 0.005, "cutoff": 3.5, "members": 2, "steps": 3, "seed": 0,
    "neighbours": points.neighbours(STRUCTURES, 3.5)["index"].shape[-1],
}  # fmt: skip


def coefficients(moments: Any, seed: int = 0, share: float = 0.02) -> Any:
    """Of atoms with these moments: Gaussians of 0.4 Å, and a share of all degrees."""
    shape = np.random.default_rng(seed).normal(size=(len(moments), *BASIS.shape)) * share
    shape[:, 0] = np.linalg.inv(BASIS.mixing[0])[2]
    total = (shape[:, 0] * BASIS.integrals[0]).sum(-1)
    return shape * (np.asarray(moments) / total)[:, None, None]


def sample(pair: tuple[str, str]) -> DensitySample:
    """Two metals, up, and two tellurium atoms that point down."""
    structure = layer(*pair)
    positions, cell = structure.get_scaled_positions(wrap=False), structure.cell.array
    moments = [LAYER_MOMENTS[pair[0]], LAYER_MOMENTS[pair[1]], -0.1, -0.1]
    electrons = [VALENCE[symbol] for symbol in structure.get_chemical_symbols()]
    field, charge = (
        atomic_density.assemble(BASIS, own, positions, cell, GRID).astype("float32")
        for own in (coefficients(moments), coefficients(electrons, 1, 0.002))
    )
    composition = reduced(structure.get_chemical_symbols())
    directions = np.array([1.0, 1, 0, 0])
    return DensitySample(
        "".join(pair), composition, "-".join(sorted(pair)), structure, directions, field, charge
    )


def prepared(count: int = len(PAIRS)) -> list[Prepared]:
    """The first layers, ready to be learned from."""
    return [prepare(BASIS, sample(pair)) for pair in PAIRS[:count]]
