"""Structures as images: atoms as Gaussians on voxels of the cell, and a network on them."""

import keras
import numpy as np

from spinlens.atoms.fingerprints import weights
from spinlens.layers.periodic.convolution import PeriodicConv3D
from spinlens.layers.periodic.heads import MeanAndMax

WIDTH = 0.8  # Å, standard deviation of the Gaussians
WINDOW = 8.0  # Å along c, the atoms in its middle: a layer's vacuum is not drawn
FILTERS, KERNELS, UNITS = 8, (5, 3), 16


def images(structures, elements, shape):
    """Images (structures, *shape, 1 + properties) of structures (ase.Atoms), voxels along the
    lattice vectors: every atom a Gaussian of height 1 times its `weights`, all images counted."""
    table = weights(elements)
    rows = [table[[elements.index(own) for own in each.symbols]] for each in structures]
    drawn = [_drawn(*each, shape) for each in zip(structures, rows, strict=True)]
    return np.array(drawn, "float32")


def network(shape, channels):
    """Model from images to one number (images, 1), which does not depend on where the cell's
    origin lies. Its weights do not depend on `shape`."""
    image = keras.Input((*shape, channels), name="image")
    seen = image
    for kernel in KERNELS:
        seen = PeriodicConv3D(FILTERS, kernel, activation="relu")(seen)
    cell = keras.layers.Dense(UNITS, "relu")(MeanAndMax(name="mean_and_max")(seen))
    return keras.Model({"image": image}, keras.layers.Dense(1)(cell), name="image_network")


def _drawn(structure, rows, shape):
    cell, places = _windowed(structure)
    whole = [np.fft.fftfreq(n, 1 / n) for n in shape]
    phases = [np.exp(-2j * np.pi * np.outer(x, k)) for x, k in zip(places.T, whole, strict=True)]
    waves = 2 * np.pi * np.stack(np.meshgrid(*whole, indexing="ij"), -1) @ np.linalg.inv(cell).T
    damped = np.exp(-0.5 * WIDTH**2 * (waves**2).sum(axis=-1))
    spectrum = np.einsum("nw,na,nb,nc->wabc", rows, *phases, optimize=True) * damped
    height = (2 * np.pi * WIDTH**2) ** 1.5 * np.prod(shape) / abs(np.linalg.det(cell))
    return np.moveaxis(np.fft.ifftn(spectrum, axes=(1, 2, 3)).real * height, 0, -1)


def _windowed(structure):
    """Cell (3, 3) and fractional places of a structure, of whose third vector the window is kept
    where it is longer than that."""
    cell, places = structure.cell.array, structure.cell.scaled_positions(structure.positions)
    share = min(1.0, WINDOW / np.linalg.norm(cell[2]))
    middle = np.angle(np.exp(2j * np.pi * places[:, 2]).sum()) / (2 * np.pi)
    along = (places[:, 2] - middle + 0.5) % 1 - 0.5
    return cell * [[1], [1], [share]], np.column_stack([places[:, :2], along / share + 0.5])
