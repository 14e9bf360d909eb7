"""Structures as formulas, rows of numbers and images on voxels, and a network on images."""

from collections.abc import Sequence
from math import pi
from typing import Any

import keras
import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from spinlens.atoms import points
from spinlens.crystal import composition
from spinlens.crystal.formulas import reduced
from spinlens.layers.equivariant.radial_basis import RadialBasis
from spinlens.layers.equivariant.spherical_harmonics import harmonics
from spinlens.layers.periodic.convolution import PeriodicConv3D
from spinlens.layers.periodic.heads import MeanAndMax

RADIAL_FUNCTIONS, MAX_DEGREE = 3, 2  # of a power spectrum
WIDTH = 0.8  # Å, standard deviation of an image's Gaussians
WINDOW = 8.0  # Å of an image along c, the atoms in its middle: no vacuum of a layer
FILTERS, KERNELS, UNITS = 8, (5, 3), 16  # of the network on images


def formulas(structures: Sequence[Atoms]) -> list[str]:
    """Return reduced formulas, elements in alphabetical order.

    Parameters
    ----------
    structures
        Crystals.
    """
    return [reduced(structure.get_chemical_symbols()) for structure in structures]


def composition_descriptors(
    structures: Sequence[Atoms], elements: Sequence[str]
) -> NDArray[np.float64]:
    """Return composition descriptors (structures, features), the same columns for all.

    Parameters
    ----------
    structures, elements
        Crystals, and the chemical symbols that they may hold.
    """
    symbols = [structure.get_chemical_symbols() for structure in structures]
    return composition.descriptors([elements, *symbols])[0][1:]


def standardized(table: Any) -> NDArray[np.float64]:
    """Return a table with mean 0 and standard deviation 1 (or 0) in every column.

    Parameters
    ----------
    table
        Numbers (rows, columns).
    """
    values = np.array(table, dtype=float)
    deviation = values.std(axis=0)
    return (values - values.mean(axis=0)) / np.where(deviation > 0, deviation, 1)


def element_weights(elements: Sequence[str]) -> NDArray[np.float64]:
    """Return (elements, 1 + properties): 1, and the tabulated properties, standardized.

    Parameters
    ----------
    elements
        Chemical symbols.
    """
    table = standardized([composition.properties(element) for element in elements])
    return np.column_stack([np.ones(len(elements)), table])


def power_spectra(
    structures: Sequence[Atoms], elements: Sequence[str], cutoff: float
) -> NDArray[np.float64]:
    """Return the smooth overlap of atomic positions (SOAP), averaged over each structure's atoms.

    Around every atom each column of `element_weights` makes a density of the neighbours and of
    the atom itself, expanded in radial bells and spherical harmonics. Features are
    Σ_m c_nlm c_n'lm of one column, which rotations and mirrors do not change.

    Parameters
    ----------
    structures
        Molecules or crystals.
    elements
        Chemical symbols, all that the structures hold.
    cutoff
        Radius in Å.

    Returns
    -------
    array
        (structures, features).

    References
    ----------
    A. P. Bartók, R. Kondor and G. Csányi, Phys. Rev. B 87, 184115 (2013).
    """
    arrays = points.pad(structures, elements) | points.neighbours(structures, cutoff)
    weights, spectra = element_weights(elements), []
    for row in range(len(structures)):
        atoms = arrays["mask"][row] > 0
        own = {name: array[row][atoms] for name, array in arrays.items()}
        spectra.append(_power_spectrum(own, weights, cutoff).mean(axis=0))
    return np.array(spectra)


def _power_spectrum(
    own: dict[str, NDArray[Any]], weights: NDArray[np.float64], cutoff: float
) -> NDArray[np.float64]:
    vectors = own["vectors"].astype(float)
    distance = np.linalg.norm(vectors, axis=-1)
    envelope = 0.5 * (1 + np.cos(pi * np.minimum(distance / cutoff, 1))) * own["neighbour_mask"]
    basis = RadialBasis(cutoff, RADIAL_FUNCTIONS)
    radial = basis.gaussians(distance) * envelope[..., None]
    atoms = weights[own["species"]]
    upper, parts = np.triu_indices(RADIAL_FUNCTIONS), []
    for degree in range(MAX_DEGREE + 1):
        angular = harmonics(degree, vectors)
        c = np.einsum("pnr,pnm,pnw->pwrm", radial, angular, atoms[own["index"]], optimize=True)
        if degree == 0:
            c[..., 0] += atoms[..., None] * basis.gaussians(np.zeros(1)) * harmonics(0, np.zeros(3))
        spectrum = np.einsum("pwrm,pwsm->pwrs", c, c) / np.sqrt(2 * degree + 1)
        parts.append(spectrum[..., upper[0], upper[1]].reshape(len(atoms), -1))
    return np.concatenate(parts, axis=1)


def images(
    structures: Sequence[Atoms], elements: Sequence[str], shape: tuple[int, ...]
) -> NDArray[np.float32]:
    """Return images: every atom, periodic images included, is a Gaussian times its weights.

    Parameters
    ----------
    structures
        Crystals; of a long c only a window around the atoms is drawn.
    elements
        Chemical symbols, all that the structures hold.
    shape
        Voxels along the three lattice vectors.

    Returns
    -------
    array
        (structures, *shape, 1 + properties), the channels those of `element_weights`.
    """
    weights = element_weights(elements)
    number = {element: i for i, element in enumerate(elements)}
    drawn = [
        _image(structure, weights[[number[symbol] for symbol in structure.symbols]], shape)
        for structure in structures
    ]
    return np.array(drawn, "float32")


def image_network(shape: tuple[int, ...], channels: int) -> Any:
    """Return a model from images to one number that does not depend on the cell's origin.

    Parameters
    ----------
    shape, channels
        Voxels along the lattice vectors, on which no weight depends, and channels.
    """
    image = keras.Input((*shape, channels), name="image")
    features = image
    for kernel in KERNELS:
        features = PeriodicConv3D(FILTERS, kernel, activation="relu")(features)
    cell = keras.layers.Dense(UNITS, "relu")(MeanAndMax(name="mean_and_max")(features))
    return keras.Model({"image": image}, keras.layers.Dense(1)(cell), name="image_network")


def _image(
    structure: Atoms, weights: NDArray[np.float64], shape: tuple[int, ...]
) -> NDArray[np.float64]:
    """Sum of Gaussians, band-limited: the Fourier series is evaluated on the voxels."""
    cell, places = _window(structure)
    whole = [np.fft.fftfreq(n, 1 / n) for n in shape]
    phases = [np.exp(-2j * np.pi * np.outer(x, k)) for x, k in zip(places.T, whole, strict=True)]
    waves = 2 * np.pi * np.stack(np.meshgrid(*whole, indexing="ij"), -1) @ np.linalg.inv(cell).T
    damped = np.exp(-0.5 * WIDTH**2 * (waves**2).sum(axis=-1))
    spectrum = np.einsum("nw,na,nb,nc->wabc", weights, *phases, optimize=True) * damped
    height = (2 * np.pi * WIDTH**2) ** 1.5 * np.prod(shape) / abs(np.linalg.det(cell))
    return np.moveaxis(np.fft.ifftn(spectrum, axes=(1, 2, 3)).real * height, 0, -1)


def _window(structure: Atoms) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Cell (3, 3) and fractional positions of the window of a structure."""
    cell, places = structure.cell.array, structure.cell.scaled_positions(structure.positions)
    share = min(1.0, WINDOW / np.linalg.norm(cell[2]))
    middle = np.angle(np.exp(2j * np.pi * places[:, 2]).sum()) / (2 * np.pi)
    along = (places[:, 2] - middle + 0.5) % 1 - 0.5
    return cell * [[1], [1], [share]], np.column_stack([places[:, :2], along / share + 0.5])
