"""What a structure is where it is not points: a row of numbers, or a text."""

from math import pi

import numpy as np

from spinlens.atoms import points
from spinlens.crystal import composition
from spinlens.crystal.formulas import reduced
from spinlens.layers.equivariant.radial_basis import RadialBasis
from spinlens.layers.equivariant.spherical_harmonics import harmonics

RADIAL, DEGREE = 3, 2  # bells and largest l of a power spectrum


def texts(structures):
    """Reduced formulas of structures (ase.Atoms), elements in alphabetical order."""
    return [reduced(structure.get_chemical_symbols()) for structure in structures]


def compositions(structures, elements):
    """Composition descriptors (structures, features) of structures that hold some of `elements`:
    the same columns whichever they hold."""
    symbols = [structure.get_chemical_symbols() for structure in structures]
    return composition.descriptors([elements, *symbols])[0][1:]


def weights(elements):
    """(elements, 1 + properties): 1, and what is tabled of each, standardised over them."""
    table = np.array([composition.properties(element) for element in elements], dtype=float)
    deviation = table.std(axis=0)
    table = (table - table.mean(axis=0)) / np.where(deviation > 0, deviation, 1)
    return np.column_stack([np.ones(len(elements)), table])


def power_spectra(structures, elements, cutoff):
    """Smooth overlap of atomic positions, averaged over each structure's atoms: (structures,
    features).

    Around every atom each of `weights` makes a density of its neighbours within `cutoff` Å and
    of itself, expanded in radial bells and harmonics; features are Σ_m c_nlm c_n'lm of one weight
    (Bartók, Kondor and Csányi, 2013), which rotations and mirrors leave as they are.
    """
    given = points.pad(structures, elements) | points.neighbours(structures, cutoff)
    table, found = weights(elements), []
    for row in range(len(structures)):
        there = given["mask"][row] > 0
        own = {name: array[row][there] for name, array in given.items()}
        found.append(_power_spectrum(own, table, cutoff).mean(axis=0))
    return np.array(found)


def _power_spectrum(own, table, cutoff):
    vectors = own["vectors"].astype(float)
    distance = np.linalg.norm(vectors, axis=-1)
    envelope = 0.5 * (1 + np.cos(pi * np.minimum(distance / cutoff, 1))) * own["neighbour_mask"]
    basis = RadialBasis(cutoff, RADIAL)
    radial = basis.gaussians(distance) * envelope[..., None]
    atoms = table[own["species"]]
    upper, found = np.triu_indices(RADIAL), []
    for degree in range(DEGREE + 1):
        angular = harmonics(degree, vectors)
        c = np.einsum("pnr,pnm,pnw->pwrm", radial, angular, atoms[own["index"]], optimize=True)
        if degree == 0:
            c[..., 0] += atoms[..., None] * basis.gaussians(np.zeros(1)) * harmonics(0, np.zeros(3))
        spectrum = np.einsum("pwrm,pwsm->pwrs", c, c) / np.sqrt(2 * degree + 1)
        found.append(spectrum[..., upper[0], upper[1]].reshape(len(atoms), -1))
    return np.concatenate(found, axis=1)
