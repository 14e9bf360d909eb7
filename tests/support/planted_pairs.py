"""Magnetic orders of Gaussian spins on honeycomb cells, and energies of a planted model."""

from functools import cache

import numpy as np
from pymatgen.core import Lattice, Structure

from planted_exchange import FIVE
from spinlens.filters.pair_orders import FEATURES, SHELLS, WAVES, PairOrder
from spinlens.layers.pair import gaussian_shells
from spinlens.layers.pair.correlation import correlations, shells_with_self
from spinlens.structures import magnetic_lattice, orders
from spinlens.structures.magnetic_lattice import bond_sums, neighbour_shells

ELEMENTS = ("V", "Mn", "Fe", "Ni", "Cr", "Ti")
WIDTH = 0.4  # Å, of a Gaussian spin
SPACING = 0.36  # Å, of the grid


def gaussian_spins(cell, spins, width=WIDTH):
    """Magnetization density of Gaussians of moment 2 S, with every image, on a grid."""
    lattice = cell.lattice.matrix
    shape = [2 * round(length / SPACING / 2) for length in cell.lattice.abc]
    miller = np.stack(np.meshgrid(*[np.fft.fftfreq(n, 1 / n) for n in shape], indexing="ij"), -1)
    k2 = ((miller @ (2 * np.pi * np.linalg.inv(lattice).T)) ** 2).sum(-1)
    phases = np.exp(-2j * np.pi * miller @ cell.frac_coords.T) @ (2 * np.asarray(spins))
    for axis, n in enumerate(shape):  # the frequency of which no grid can tell the sign
        np.moveaxis(phases, axis, 0)[n // 2] = 0
    volume = abs(np.linalg.det(lattice))
    return np.fft.ifftn(phases * np.exp(-k2 * width**2 / 2)).real * np.prod(shape) / volume


def honeycomb(length, height=12.0):
    return Structure(
        Lattice.hexagonal(length, height), ["Cr", "Cr"], [[1 / 3, 2 / 3, 0.5], [2 / 3, 1 / 3, 0.5]]
    )


def planted_orders(constants, compounds=6, vary=0.03, noise=0.0, names=tuple(FIVE), seed=0):
    """Orders of compounds with spins of 1.35 to 1.65; `noise` in meV per site."""
    drawn, made = np.random.default_rng(seed), []
    for index in range(compounds):
        length = 6.87 * (1 + vary * (2 * index / max(compounds - 1, 1) - 1))
        size, errors = drawn.uniform(1.35, 1.65), drawn.normal(size=(5, 2))
        for described, error in zip(_described(length, size, index), errors, strict=True):
            if described.order in names:
                energy = -described.bond_products @ constants + noise * error[0]
                made.append(described._replace(energy=float(energy)))
    return made


@cache
def _described(length, size, index):
    crystal, found = honeycomb(length), []
    for order in orders.enumerate_orders(crystal, np.arange(2), 4):
        cell, _ = magnetic_lattice.supercell(crystal, order.matrix)
        spins, sites = size * order.signs, len(order.signs)
        pairs = neighbour_shells(cell, SHELLS)
        own = pairs.start == pairs.end
        found.append(PairOrder(
            f"compound{index}_{order.name}", f"compound{index}", order.name, ELEMENTS[index % 6],
            [ELEMENTS[index % 6], "Te"], 0.0,
            -correlations(gaussian_spins(cell, spins), cell.lattice.matrix) / 8 / sites,
            -points(cell, spins) / 2 / sites,
            np.exp(-((WAVES * WIDTH) ** 2) / 2),
            bond_sums(pairs, order.signs), bond_sums(pairs, spins), pairs.distance,
            np.array([own[pairs.shell == shell].all() for shell in range(SHELLS)]),
            np.array([size, 1.0, 24.0, 52.0, pairs.distance[0]])[: len(FEATURES)],
        ))  # fmt: skip
    return found


def points(cell, spins, widening=0.0):
    """Σ_ij S_i S_j g_n(R_ij) over all pairs and images; functions widened as by Gaussian spins."""
    centres, widths = shells_with_self()
    start, end, _, apart = cell.get_neighbor_list(14.0)
    wide = np.sqrt(widths**2 + 2 * widening**2)
    here = np.append(apart, np.zeros(len(spins)))
    products = np.append(spins[start] * spins[end], spins**2)
    values = gaussian_shells.functions(here, centres, wide)
    heights = [gaussian_shells._heights(centres, each) for each in (wide, widths)]
    return products @ (values * heights[0] / heights[1] * (widths / wide) ** 3)


def permuted(made, seed):
    """The orders with energies permuted within each compound."""
    random = np.random.default_rng(seed)
    energies = np.array([order.energy for order in made])
    compounds = np.array([order.compound for order in made])
    for compound in np.unique(compounds):
        own = np.flatnonzero(compounds == compound)
        energies[own] = energies[random.permutation(own)]
    return [order._replace(energy=float(e)) for order, e in zip(made, energies, strict=True)]
