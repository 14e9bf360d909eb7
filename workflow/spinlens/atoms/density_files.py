"""Predicted densities as files, laid out as the records of calculations are."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from spinlens.atoms.density_samples import DensitySample
from spinlens.calculations import record
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
    path: Path | str,
    structure: Atoms,
    magnetization: Array,
    attributes: Mapping[str, Any],
    charge: Array | None = None,
) -> None:
    """Write densities and their crystal to a netCDF file.

    Parameters
    ----------
    path, structure
        File to write, and crystal.
    magnetization
        Density in μB Å⁻³, (na, nb, nc).
    attributes
        Attributes of the file.
    charge
        Density in e Å⁻³, (na, nb, nc), if it is predicted.
    """
    lattice, positions, elements = crystal_of(structure)
    arrays = {} if charge is None else {"charge": charge}
    arrays |= {
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
    predicted: Callable[[int], Array],
) -> None:
    """Write predictions of the smallest, the median and the largest error.

    Parameters
    ----------
    folder
        Folder of `smallest.nc`, `median.nc` and `largest.nc`.
    samples, errors, predicted
        Samples, ∫|Δm| / ∫|m| of their predictions, and what makes the prediction of a sample, by
        its place, in μB Å⁻³.
    """
    order = np.argsort(errors, kind="stable")
    for name, place in (("smallest", 0), ("median", len(order) // 2), ("largest", -1)):
        i = int(order[place])
        about = {"id": samples[i].name, "error": round(float(errors[i]), 4)}
        write(Path(folder, f"{name}.nc"), samples[i].structure, predicted(i), about)


def write_one_of_each_group(
    folder: Path | str,
    samples: Sequence[DensitySample],
    predicted: Callable[[int], Array],
    charges: Callable[[int], Array] | None = None,
) -> None:
    """Write the prediction of the first sample, by name, of each set of magnetic elements.

    Parameters
    ----------
    folder
        Folder of the files, named by the sample.
    samples, predicted, charges
        Samples; what makes the prediction of a sample, by its place, in μB Å⁻³; and the same of
        the charge in e Å⁻³, if it is predicted.
    """
    first: dict[str, int] = {}
    for i in sorted(range(len(samples)), key=lambda i: samples[i].name):
        first.setdefault(samples[i].group, i)
    for i in first.values():
        about = {"id": samples[i].name, "source": "predicted with its magnetic elements held out"}
        file = Path(folder, f"{samples[i].name}.nc")
        charge = charges(i) if charges else None
        write(file, samples[i].structure, predicted(i), about, charge)
