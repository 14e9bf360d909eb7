"""A honeycomb of A sites with two ligands, in a hexagonal cell."""

import numpy as np

from spinlens.crystal.reference_cell import Crystal

A = 6.87
CELL = np.array([[A, 0, 0], [-A / 2, A * 0.75**0.5, 0], [0, 0, 16.0]])
HONEYCOMB = ((1 / 3, 2 / 3, 0.5), (2 / 3, 1 / 3, 0.5))
LIGANDS = ((0.0, 0.0, 0.58), (0.37, 0.0, 0.61))


def crystal(sites=HONEYCOMB, elements=("Cr", "Cr", "Ge", "Te"), lattice=CELL):
    return Crystal(lattice, np.array((*sites, *LIGANDS)), elements)
