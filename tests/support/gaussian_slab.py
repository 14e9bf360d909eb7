"""A Gaussian spin density of known integral in a hexagonal cell."""

import numpy as np

A, C = 6.87, 16.0
LATTICE = np.array([[A, 0, 0], [-A / 2, A * np.sqrt(3) / 2, 0], [0, 0, C]])
MOMENT = 3.0


def gaussian(shape, centre=(1 / 3, 2 / 3, 0.5), width=0.6, lattice=LATTICE):
    """Periodic Gaussian of integral MOMENT at a fractional centre, width in Å, on a grid."""
    axes = [np.arange(n) / n - x for n, x in zip(shape, centre, strict=True)]
    offsets = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    total = np.zeros(shape)
    for image in np.ndindex(5, 5, 3):
        distance = (offsets - (np.array(image) - [2, 2, 1])) @ lattice
        total += np.exp(-np.sum(distance**2, axis=-1) / (2 * width**2))
    return total * MOMENT / (2 * np.pi * width**2) ** 1.5
