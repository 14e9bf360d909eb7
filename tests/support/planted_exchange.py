"""Runs of a planted Heisenberg model, in every magnetic order of a lattice."""

import numpy as np
from pymatgen.core import Lattice, Structure

from spinlens.exchange.runs import MagneticRun
from spinlens.structures import magnetic_lattice, orders
from spinlens.structures.magnetic_lattice import bond_sums, neighbour_shells

HONEYCOMB = Structure(
    Lattice.hexagonal(6.87, 16), ["Cr", "Cr"], [[1 / 3, 2 / 3, 0.5], [2 / 3, 1 / 3, 0.5]]
)
MOMENTS = {"Cr": 3.0, "Mn": 4.0, "Fe": 5.0}
TRUE = np.array([7.46, -0.04, 0.89])  # meV
BASE = -22438.9  # meV per site
FIVE = ["FM", "Neel", "zigzag", "stripy", "3to1"]
SETTINGS = {
    "exchange_shells": 3, "exchange_moment_tolerance": 0.1, "exchange_spins": None,
    "exchange_energy_uncertainty_meV": None, "order_cells": 4, "cell_height": 16,
}  # fmt: skip
LIKE = {"smearing_eV": 0.05, "ladder_step": 1, "code": "GPAW"}


def planted_runs(crystal=HONEYCOMB, constants=TRUE, sizes=MOMENTS, second=None):
    """A run for each order of up to four sites, its energy that of the model.

    `second` gives the second shell's constant by element, in place of constants[1].
    """
    made = []
    for order in orders.enumerate_orders(crystal, np.arange(len(crystal)), 4):
        cell, _ = magnetic_lattice.supercell(crystal, order.matrix)
        elements = [site.specie.symbol for site in cell]
        moments = order.signs * [sizes[element] for element in elements]
        pairs = neighbour_shells(cell, 3)
        energy = BASE - bond_sums(pairs, moments / 2) @ constants
        if second:
            energy += bond_sums(pairs, moments / 2)[1] * constants[1]
            for element, own in second.items():
                alone = moments / 2 * [each == element for each in elements]
                energy -= bond_sums(pairs, alone)[1] * own
        mesh = (12 // round(np.linalg.det(order.matrix)), 1, 1)
        settings = LIKE | {"kpoints": mesh, "valence_electrons": 28.0 * len(cell)}
        made.append(MagneticRun(
            f"run_{order.name}", order.name, cell.lattice.matrix, cell.frac_coords, elements,
            moments, energy * len(cell) / 1000, settings,
        ))  # fmt: skip
    return made
