"""Read charge densities in JSON: pymatgen's Chgcar, as Materials Project stores it."""

import json
from collections.abc import Mapping
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from spinlens.calculations.chgcar_blocks import Grids
from spinlens.calculations.hdf5 import pymatgen_grids, whole_densities
from spinlens.calculations.vasp_header import Structure
from spinlens.core.errors import Excluded
from spinlens.crystal.formulas import SYMBOLS

CLASSES = ("Chgcar", "VolumetricData")
LARGEST_DIFFERENCE_A = 1e-3  # between two descriptions of one cell or site in the file


def read_json(stream: BinaryIO) -> tuple[Structure, Grids]:
    """Read the structure and the densities of a Chgcar.

    Parameters
    ----------
    stream
        Content: the dictionary of Chgcar.as_dict, by itself or under `data`.

    Returns
    -------
    tuple
        Structure, and grids as `hdf5.read_hdf5` gives them.

    Raises
    ------
    Excluded
        If there is no Chgcar.
    KeyError, TypeError, ValueError
        If the file is damaged.
    """
    content = _chgcar(json.load(stream))
    if content is None:
        raise Excluded("there is no Chgcar of pymatgen in it: write one by Chgcar.as_dict")
    holder = content.get("poscar") or content
    structure = _structure(holder["structure"])
    grids = {key: _array(grid) for key, grid in content["data"].items()}
    return whole_densities(structure, pymatgen_grids(grids))


def _chgcar(content: Any) -> Mapping[str, Any] | None:
    """Find the Chgcar in a file's content: itself, under `data`, or the only entry of a list."""
    if isinstance(content, list) and len(content) == 1:
        content = content[0]
    if not isinstance(content, dict):
        return None
    if content.get("@class") in CLASSES:
        return content
    return _chgcar(content["data"]) if "data" in content else None


def _array(grid: Any) -> NDArray[np.float64]:
    """Return a grid as an array: monty writes it, or of nested lists."""
    values = np.asarray(grid["data"] if isinstance(grid, dict) else grid, dtype=float)
    if values.ndim != 3:
        raise ValueError(f"a grid has {values.ndim} axes")
    return values


def _structure(description: Mapping[str, Any]) -> Structure:
    from pymatgen.core import Structure as PymatgenStructure  # a second that no CHGCAR needs

    structure = PymatgenStructure.from_dict(dict(description))
    if not structure.is_ordered:
        raise Excluded("a site is shared by several elements: give one calculation's densities")
    lattice = np.array(structure.lattice.matrix)
    positions = np.array(structure.frac_coords)
    _check_repeated(description, lattice, positions)
    elements = [site.specie.symbol for site in structure]
    if not set(elements) <= {*SYMBOLS}:
        raise ValueError("an element is not known")
    return Structure(lattice, positions, elements, [1] * len(elements))


def _check_repeated(
    description: Mapping[str, Any], lattice: NDArray[np.float64], positions: NDArray[np.float64]
) -> None:
    """Check what the file says twice: lengths of the vectors, Cartesian positions."""
    lengths = np.linalg.norm(lattice, axis=1)
    for axis, length in zip("abc", lengths, strict=True):
        told = description["lattice"].get(axis, length)
        if not abs(told - length) <= LARGEST_DIFFERENCE_A:
            raise ValueError(f"the lattice vector {axis} is {length:g} and {told:g} Å long")
    for site, position in zip(description["sites"], positions @ lattice, strict=True):
        told = np.asarray(site.get("xyz", position), dtype=float)
        if not np.allclose(told, position, rtol=0, atol=LARGEST_DIFFERENCE_A):
            raise ValueError("a site has two positions")
