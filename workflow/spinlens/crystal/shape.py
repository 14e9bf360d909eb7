"""What a cell holds, a bulk crystal, a layer or a molecule: figures choose their views by it."""

from math import ceil

import numpy as np
from numpy.typing import NDArray

from spinlens.crystal.reference_cell import Crystal, magnetic_sites

VACUUM_A = 4.5  # Å between atoms along an axis: the widest gap of van der Waals crystals is below
SAME_PLANE_A = 0.5


def plane_spacing(crystal: Crystal, axis: str) -> float:
    """Distance in Å of the cell's faces along a lattice vector `a`, `b` or `c`."""
    return float(1 / np.linalg.norm(np.linalg.inv(crystal.lattice)[:, "abc".index(axis)]))


def has_vacuum(crystal: Crystal, axis: str) -> bool:
    """Whether a cell is empty along a vector, as above a layer or around a molecule.

    That is, whether the atoms leave a gap wider than `VACUUM_A` along `a`, `b` or `c`.
    """
    places = np.sort(crystal.positions[:, "abc".index(axis)] % 1)
    gaps = np.diff(places, append=places[0] + 1)
    return bool(gaps.max() * plane_spacing(crystal, axis) > VACUUM_A)


def repeated_cells(crystal: Crystal, shortest: float) -> NDArray[np.int_]:
    """List the translations of the cells that a picture shows.

    Parameters
    ----------
    crystal
        As `plane_spacing` takes it.
    shortest
        Least length of the picture along a vector, Å.

    Returns
    -------
    NDArray
        Integers along a, b and c, (cells, 3): two cells at least along a and b, one along c, and
        one along a vector with vacuum.
    """
    lengths = np.linalg.norm(crystal.lattice, axis=1)
    repeats = [
        1 if has_vacuum(crystal, axis) else max(least, ceil(shortest / length))
        for axis, least, length in zip("abc", (2, 2, 1), lengths, strict=True)
    ]
    return np.stack(np.meshgrid(*map(np.arange, repeats), indexing="ij"), -1).reshape(-1, 3)


def is_layer(crystal: Crystal) -> bool:
    """Whether a cell holds one layer across c whose magnetic sites lie in one plane.

    Heights over the A plane have a meaning of such a layer alone.
    """
    heights = crystal.positions[magnetic_sites(crystal), 2]
    apart = (heights - heights[0] - np.rint(heights - heights[0])) * plane_spacing(crystal, "c")
    alone = has_vacuum(crystal, "c") and not (has_vacuum(crystal, "a") or has_vacuum(crystal, "b"))
    return alone and bool(np.abs(apart).max() <= SAME_PLANE_A)


def upright(crystal: Crystal) -> Crystal:
    """Turn a crystal so that c stands upright, along z, and a lies in the xz plane."""
    a, _, c = crystal.lattice
    z = c / np.linalg.norm(c)
    x = a - (a @ z) * z
    x = x / np.linalg.norm(x)
    return crystal._replace(lattice=crystal.lattice @ np.array([x, np.cross(z, x), z]).T)


def origin_name(crystal: Crystal) -> str:
    """Name what heights along c are measured from.

    "A plane" of a layer, else the plane of the first magnetic site, by its element.
    """
    element = crystal.elements[magnetic_sites(crystal)[0]]
    return "A plane" if is_layer(crystal) else f"plane of the first {element}"
