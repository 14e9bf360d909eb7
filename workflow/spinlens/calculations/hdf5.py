"""Read charge densities in HDF5: VASP 6's vaspwave.h5, and files of pymatgen's Chgcar.to_hdf5."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike

from spinlens.calculations.chgcar_blocks import Grids
from spinlens.calculations.vasp_header import (
    SMALLEST_VOLUME_A3,
    Structure,
    per_site,
    scale_factors,
)
from spinlens.core.errors import Excluded
from spinlens.crystal.formulas import SYMBOLS, element

MAGIC = b"\x89HDF\r\n\x1a\n"
VASP_GRIDS = ("charge/charge", "results/charge/charge", "results/charge")
VASP_STRUCTURES = ("structure/positions", "results/positions", "input/poscar", "locpot/position")


def read_hdf5(stream: BinaryIO, path: Path | str) -> tuple[Structure, Grids]:
    """Read the structure and the densities of an HDF5 file.

    Parameters
    ----------
    stream
        Open binary stream of the file's content.
    path
        Path of the file; VASP's atoms may be in vaspout.h5 beside it.

    Returns
    -------
    tuple
        Structure, and 1, 2 or 4 grids of shape (na, nb, nc) as stored, density times cell volume.

    Raises
    ------
    Excluded
        If the file has no charge density or h5py is not installed.
    OSError, KeyError, ValueError, RuntimeError
        If the file is damaged.
    """
    try:
        import h5py
    except ImportError:
        raise Excluded("reading HDF5 needs the Python package h5py: install it") from None
    with h5py.File(stream, "r") as file:
        if "vdata" in file:
            return whole_densities(_pymatgen_structure(file), pymatgen_grids(file["vdata"]))
        for key in VASP_GRIDS:
            if isinstance(file.get(key), h5py.Dataset):
                return whole_densities(_vasp_structure(file, path, h5py), _vasp_grids(file[key]))
    raise Excluded(
        f"{os.path.basename(path)} has no charge density: keep CHGCAR or vaspwave.h5 "
        "(LCHARG = .TRUE., LCHARGH5 = .TRUE.)"
    )


def whole_densities(structure: Structure, grids: Grids) -> tuple[Structure, Grids]:
    """Check the shapes and values of a structure and its grids.

    Parameters
    ----------
    structure
        Cell and sites.
    grids
        Grids as stored.

    Returns
    -------
    tuple
        Both, as they are.

    Raises
    ------
    ValueError
        If a shape is wrong, the cell has no volume or a number is not finite.
    """
    sites = sum(structure.groups)
    shapes = {grid.shape for grid in grids}
    if np.shape(structure.lattice) != (3, 3) or np.shape(structure.positions) != (sites, 3):
        raise ValueError("cell or sites have a wrong shape")
    if not abs(np.linalg.det(structure.lattice)) >= SMALLEST_VOLUME_A3:
        raise ValueError("the cell has no volume")
    if len(shapes) != 1 or len(grids[0].shape) != 3 or not grids[0].size:
        raise ValueError(f"the grids have the shapes {sorted(shapes)}")
    if not all(np.isfinite(grid.sum()) for grid in grids):
        raise ValueError("the density is not finite")
    return structure, grids


def pymatgen_grids(data: Mapping[str, Any]) -> Grids:
    """Order the grids of a Chgcar of pymatgen as those of a CHGCAR.

    Parameters
    ----------
    data
        Grid by key; pymatgen makes up `diff` of a noncollinear file, which is left out.

    Returns
    -------
    list of NDArray
        Charge; then m, or its three components, if there are any.
    """
    keys: tuple[str, ...]
    vector = ("diff_x", "diff_y", "diff_z")
    if all(key in data for key in vector):
        keys = ("total", *vector)
    else:
        keys = ("total", "diff") if "diff" in data else ("total",)
    return [np.asarray(data[key], dtype=float) for key in keys]


def _pymatgen_structure(file: Mapping[str, Any]) -> Structure:
    numbers = [int(number) for number in file["Z"][:]]
    if not all(0 < number <= len(SYMBOLS) for number in numbers):
        raise ValueError("an atomic number is out of range")
    elements = [SYMBOLS[number - 1] for number in numbers]
    return Structure(file["lattice"][:], file["fcoords"][:], elements, [1] * len(elements))


def _vasp_grids(dataset: ArrayLike) -> Grids:
    data = np.asarray(dataset, dtype=float)
    if data.ndim != 4 or data.shape[0] not in (1, 2, 4):
        raise ValueError(f"the charge has the shape {data.shape}")
    return [component.T for component in data]


def _vasp_structure(file: Mapping[str, Any], path: Path | str, h5py: Any) -> Structure:
    for key in VASP_STRUCTURES:
        if key in file:
            return _positions(file[key])
    beside = os.path.join(os.path.dirname(path), "vaspout.h5")
    if os.path.basename(path).startswith("vaspwave.h5") and os.path.isfile(beside):
        with h5py.File(beside, "r") as other:
            for key in VASP_STRUCTURES:
                if key in other:
                    return _positions(other[key])
    raise Excluded(f"{os.path.basename(path)} has no atoms: keep vaspout.h5 beside it")


def _positions(group: Mapping[str, Any]) -> Structure:
    groups = [int(count) for count in group["number_ion_types"][:]]
    symbols = [element(_text(name)) for name in group["ion_types"][:]]
    vectors = np.asarray(group["lattice_vectors"][:], dtype=float)
    factors = scale_factors(vectors, np.ravel(group["scale"][()]).tolist())
    lattice, positions = vectors * factors, np.asarray(group["position_ions"][:], dtype=float)
    if "direct_coordinates" in group and not np.ravel(group["direct_coordinates"][()])[0]:
        positions = (positions * factors) @ np.linalg.inv(lattice)
    return Structure(lattice, positions, per_site(symbols, groups), groups)


def _text(value: Any) -> str:
    return np.asarray(value).item().decode().strip() if hasattr(value, "decode") else str(value)
