"""The crystal that figures and files are drawn on: its sites, their images, neighbour shells."""

from collections.abc import Sequence
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from spinlens.crystal.formulas import ATOMIC_NUMBER

if TYPE_CHECKING:
    import xarray as xr

# d and f block without zinc's group, whose d shell is full in every compound.
MAGNETIC = frozenset((*range(21, 30), *range(39, 48), *range(57, 80), *range(89, 112)))
HONEYCOMB_NAMES = ("a/√3", "a", "2a/√3")  # of the first three shells
HONEYCOMB_RATIOS, HONEYCOMB_NEIGHBOURS = np.array([1, np.sqrt(3), 2]), np.array([3, 6, 3])
HONEYCOMB_STRAIN = 0.05  # of a distance that still counts as that of a honeycomb


class Crystal(NamedTuple):
    """A cell and its sites.

    Attributes
    ----------
    lattice
        Lattice vectors in rows, (3, 3), Å.
    positions
        Fractional positions of the sites, (sites, 3).
    elements
        Chemical symbol of each site.
    """

    lattice: NDArray[np.float64]
    positions: NDArray[np.float64]
    elements: tuple[str, ...]

    def cartesian(self) -> NDArray[np.float64]:
        """Cartesian positions of the sites.

        Returns
        -------
        NDArray
            Positions, (sites, 3), Å.
        """
        return self.positions @ self.lattice


def reference(dataset: "xr.Dataset", sample: str | None = None) -> tuple[str, Crystal]:
    """Sample that stands for all samples, and its crystal.

    Parameters
    ----------
    dataset
        Open dataset.
    sample
        Id of the sample. If it is missing or not given, the one whose lattice is nearest to the
        mean lattice is taken.

    Returns
    -------
    tuple[str, Crystal]
        Id of the sample, and its crystal without sites outside the window.
    """
    names = [str(name) for name in dataset["sample"].values]
    lattices = dataset["lattice"].values
    away = np.linalg.norm(lattices - lattices.mean(axis=0), axis=(1, 2))
    index = names.index(sample) if sample in names else int(away.argmin())
    positions = dataset["site_position"].values[index]
    within = np.isfinite(positions).all(axis=1) & (positions[:, 2] < 1 + 1e-9)
    elements = dataset["site_element"].values[index][within]
    return names[index], Crystal(lattices[index], positions[within], tuple(map(str, elements)))


def magnetic_sites(crystal: Crystal) -> NDArray[np.intp]:
    """Find the A sites: those of a transition metal, lanthanide or actinide.

    Parameters
    ----------
    crystal
        Cell and sites.

    Returns
    -------
    NDArray
        Indices, (n,); of every site if there is no such element.
    """
    found = [i for i, name in enumerate(crystal.elements) if ATOMIC_NUMBER[name] in MAGNETIC]
    return np.array(found or range(len(crystal.elements)))


def images(
    crystal: Crystal, centre: ArrayLike, radius: float
) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """Periodic images of the sites around a point.

    Parameters
    ----------
    crystal
        Cell and sites.
    centre
        Cartesian point, (3,), Å.
    radius
        Largest distance from it, Å.

    Returns
    -------
    tuple[NDArray, NDArray]
        Site index of each image, (n,), and its Cartesian position relative to the point, (n, 3),
        Å; nearest first.
    """
    cells = translations(crystal.lattice, radius)
    within = (crystal.positions - np.asarray(centre) @ np.linalg.inv(crystal.lattice)) % 1
    apart = (within[:, None] + cells) @ crystal.lattice
    distance = np.linalg.norm(apart, axis=-1)
    site, cell = np.nonzero(distance <= radius)
    order = np.argsort(distance[site, cell], kind="stable")
    return site[order], apart[site, cell][order]


def nearest_magnetic(crystal: Crystal, centre: ArrayLike) -> NDArray[np.float64]:
    """Position of the A site nearest to a point.

    Parameters
    ----------
    crystal, centre
        As `images` takes them.

    Returns
    -------
    NDArray
        Cartesian position relative to the point, (3,), Å.
    """
    reach = float(np.linalg.norm(crystal.lattice, axis=1).max())
    site, apart = images(crystal, centre, reach)
    return apart[np.isin(site, magnetic_sites(crystal))][0]


def translations(lattice: NDArray[np.float64], radius: float) -> NDArray[np.int_]:
    """List the translations to all cells that can hold an image near a point of the home cell.

    Parameters
    ----------
    lattice
        Lattice vectors in rows, (3, 3), Å.
    radius
        Largest distance of the image from the point, Å.

    Returns
    -------
    NDArray
        Integers along a, b and c, (n, 3).
    """
    spacing = 1 / np.linalg.norm(np.linalg.inv(lattice), axis=0)  # of lattice planes
    reach = np.ceil(radius / spacing).astype(int) + 1
    return np.array(list(product(*(range(-n, n + 1) for n in reach))))


class Shell(NamedTuple):
    """A neighbour shell.

    Attributes
    ----------
    distance
        Mean distance, Å.
    multiplicity
        Neighbours of an A site at that distance, on average.
    """

    distance: float
    multiplicity: float


def shells(crystal: Crystal, count: int = 3, tolerance: float = 0.15) -> list[Shell]:
    """Nearest shells of A–A distances.

    Parameters
    ----------
    crystal
        Cell and sites.
    count
        Number of shells.
    tolerance
        Distances that follow one another within this, in Å, are one shell, so that a slightly
        strained cell keeps its three neighbours at a/√3.

    Returns
    -------
    list[Shell]
        Shells, nearest first.
    """
    sites = magnetic_sites(crystal)
    distances = np.sort(_distances(crystal, sites, count))
    ends = np.flatnonzero(np.diff(distances, append=np.inf) > tolerance) + 1
    groups = np.split(distances, ends[:-1])[:count]
    return [Shell(float(group.mean()), len(group) / len(sites)) for group in groups]


def shell_names(neighbour_shells: Sequence[Shell]) -> list[str]:
    """Name neighbour shells as figures show them.

    Parameters
    ----------
    neighbour_shells
        Shells, nearest first.

    Returns
    -------
    list[str]
        Distances in terms of the lattice constant if the sites form a honeycomb, else numbers.
    """
    first = neighbour_shells[:3]
    if len(first) == 3 and all(
        abs(shell.distance / first[0].distance / ratio - 1) <= HONEYCOMB_STRAIN
        and round(shell.multiplicity) == count
        for shell, ratio, count in zip(first, HONEYCOMB_RATIOS, HONEYCOMB_NEIGHBOURS, strict=True)
    ):
        return [*HONEYCOMB_NAMES, *(f"shell {n}" for n in range(4, len(neighbour_shells) + 1))]
    return [f"shell {n}" for n in range(1, len(neighbour_shells) + 1)]


def _distances(crystal: Crystal, sites: NDArray[np.intp], count: int) -> NDArray[np.float64]:
    """A–A distances in Å of every A site, (n,).

    The radius holds one shell more than `count`, so that the last of them is whole.
    """
    sublattice = crystal._replace(
        positions=crystal.positions[sites], elements=tuple(crystal.elements[i] for i in sites)
    )
    shortest = np.linalg.norm(crystal.lattice, axis=1).min()
    radius = float((count / 2 + 1) * shortest)
    points = sublattice.cartesian()
    found = [np.linalg.norm(images(sublattice, at, radius)[1], axis=1) for at in points]
    distances = np.concatenate(found)
    return distances[distances > 1e-3]
