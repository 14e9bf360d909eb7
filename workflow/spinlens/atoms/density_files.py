"""Predicted spin densities as files, laid out as the records of calculations are."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from spinlens.atoms.density_samples import DensitySample
from spinlens.calculations import record
from spinlens.core.files import whole
from spinlens.crystal.reference_cell import Crystal
from spinlens.density import site_moments

Array = NDArray[Any]


def crystal_of(structure: Atoms) -> Crystal:
    """Return cell and sites as figures and exports take them.

    Parameters
    ----------
    structure
        Periodic cell.
    """
    positions = structure.get_scaled_positions(wrap=False)
    return Crystal(structure.cell.array, positions, tuple(structure.get_chemical_symbols()))


def write(
    path: Path | str, structure: Atoms, magnetization: Array, attributes: Mapping[str, Any]
) -> None:
    """Write a density and its crystal to a netCDF file.

    Parameters
    ----------
    path, structure
        File to write, and crystal.
    magnetization
        Density in μB Å⁻³, (na, nb, nc).
    attributes
        Attributes of the file.
    """
    lattice, positions, elements = crystal_of(structure)
    arrays = {
        "magnetization": magnetization,
        "lattice": lattice,
        "site_position": positions,
        "site_element": np.array(elements, dtype=object),
        "site_moment": site_moments.in_spheres(magnetization, lattice, positions),
    }
    record.write(record.Record({"Conventions": "CF-1.11", **attributes}, arrays), path)


def write_held_out(
    folder: Path | str,
    samples: Sequence[DensitySample],
    errors: Sequence[float],
    predicted: Sequence[Array],
) -> None:
    """Write predictions of the smallest, the median and the largest error.

    Parameters
    ----------
    folder
        Folder of `smallest.nc`, `median.nc` and `largest.nc`.
    samples, errors, predicted
        Samples, ∫|Δm| / ∫|m| of their predictions, and these in μB Å⁻³.
    """
    order = np.argsort(errors, kind="stable")
    for name, place in (("smallest", 0), ("median", len(order) // 2), ("largest", -1)):
        i = int(order[place])
        about = {"id": samples[i].name, "error": round(float(errors[i]), 4)}
        write(Path(folder, f"{name}.nc"), samples[i].structure, predicted[i], about)


def write_coefficients(
    path: Path | str, samples: Sequence[DensitySample], coefficients: Mapping[str, Sequence[Array]]
) -> None:
    """Write the coefficients that networks predicted of samples held out.

    Parameters
    ----------
    path, samples
        An .npz file, and the samples.
    coefficients
        Of each sample, (atoms, (L + 1)², radial functions), by kind of fold.
    """
    arrays: dict[str, Any] = {
        f"{split}/{sample.name}": each.astype("float32")
        for split, own in coefficients.items()
        for sample, each in zip(samples, own, strict=True)
    }
    with whole(path) as temporary, open(temporary, "wb") as file:
        np.savez_compressed(file, **arrays)


def read_coefficients(path: Path | str, split: str) -> dict[str, Array]:
    """Read coefficients that `write_coefficients` wrote, by name of the sample.

    Parameters
    ----------
    path, split
        The file, and the kind of fold.
    """
    with np.load(path) as stored:
        names = [name for name in stored.files if name.startswith(f"{split}/")]
        return {name.split("/", 1)[1]: stored[name] for name in names}
