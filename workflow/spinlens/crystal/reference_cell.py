"""The crystal that figures and files are drawn on: one reference cell, its sites, its images."""

from itertools import product
from typing import NamedTuple

import numpy as np

from spinlens.crystal.formulas import ATOMIC_NUMBER

# d and f block without zinc's group, whose d shell is full in every compound.
MAGNETIC = frozenset((*range(21, 30), *range(39, 48), *range(57, 80), *range(89, 112)))


class Crystal(NamedTuple):
    """Lattice vectors (3, 3) in rows, Å; fractional positions (sites, 3); an element a site."""

    lattice: np.ndarray
    positions: np.ndarray
    elements: tuple

    def cartesian(self):
        """Positions (sites, 3) of the sites in Å."""
        return self.positions @ self.lattice


def reference(dataset, sample=None):
    """Name and Crystal of a sample of an open dataset; where there is no such sample, of the one
    whose lattice is nearest to the mean lattice."""
    names = [str(name) for name in dataset["sample"].values]
    lattices = dataset["lattice"].values
    away = np.linalg.norm(lattices - lattices.mean(axis=0), axis=(1, 2))
    index = names.index(sample) if sample in names else int(away.argmin())
    positions = dataset["site_position"].values[index]
    within = np.isfinite(positions).all(axis=1) & (positions[:, 2] < 1 + 1e-9)
    elements = dataset["site_element"].values[index][within]
    return names[index], Crystal(lattices[index], positions[within], tuple(map(str, elements)))


def magnetic_sites(crystal):
    """Indices of the A sites: those of a transition metal, lanthanide or actinide; of every site
    where there is no such element."""
    found = [i for i, name in enumerate(crystal.elements) if ATOMIC_NUMBER[name] in MAGNETIC]
    return np.array(found or range(len(crystal.elements)))


def images(crystal, centre, radius):
    """All periodic images of the sites within `radius` Å of a Cartesian point (3,): their
    site indices (n,) and Cartesian positions (n, 3) relative to the point, nearest first."""
    cells = translations(crystal.lattice, radius)
    within = (crystal.positions - np.asarray(centre) @ np.linalg.inv(crystal.lattice)) % 1
    apart = (within[:, None] + cells) @ crystal.lattice
    distance = np.linalg.norm(apart, axis=-1)
    site, cell = np.nonzero(distance <= radius)
    order = np.argsort(distance[site, cell], kind="stable")
    return site[order], apart[site, cell][order]


def nearest_magnetic(crystal, centre):
    """Cartesian position (3,), relative to a Cartesian `centre`, of the A site nearest to it."""
    reach = np.linalg.norm(crystal.lattice, axis=1).max()
    site, apart = images(crystal, centre, reach)
    return apart[np.isin(site, magnetic_sites(crystal))][0]


def translations(lattice, radius):
    """Integer translations (n, 3) whose cells can hold an image within `radius` Å of any point
    of the home cell: as far along each axis as planes of the lattice are apart."""
    spacing = 1 / np.linalg.norm(np.linalg.inv(lattice), axis=0)
    reach = np.ceil(radius / spacing).astype(int) + 1
    return np.array(list(product(*(range(-n, n + 1) for n in reach))))
