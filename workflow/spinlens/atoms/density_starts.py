"""GPAW started from densities that were predicted without their crystals, and otherwise.

A run is started from superposed atoms with moments, or from these with a spin density, or both
densities, in their place. What differs between starts is the number of steps and, where there
are several, the solution that is found.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from spinlens.calculations import record
from spinlens.structures import gpaw, gpaw_orders, magnetic_lattice, parent

UNIFORM_MUB = 1.0  # on every atom, as VASP starts by default
DIGITS = 4  # of starting moments and densities

Row = dict[str, Any]
Array = NDArray[Any]
# Moments of the atoms in μB, m(r) in μB Å⁻³, and the charge density in e Å⁻³:
Start = tuple[Array, Array | None, Array | None]


def starts(computed: xr.Dataset, predicted: xr.Dataset, moments: Array) -> dict[str, Start]:
    """List starts of a calculation: moments of its atoms, m(r) and charge density, or None.

    `computed_density` and `computed_both_densities` are the calculation's own. Without a predicted
    charge no start has one.

    Parameters
    ----------
    computed, predicted
        Record of the calculation, and a predicted one.
    moments
        Starting moments by element, with the signs of the order, (atoms,).
    """
    names = "site_moment", "magnetization", "charge"
    both = names[: 2 + ("charge" in predicted)]
    own, other = (
        [each[name].values.astype(float).round(DIGITS) for name in both]
        for each in (computed, predicted)
    )
    found: dict[str, Start] = {
        "moments_of_elements": (moments, None, None),
        "predicted_moments": (other[0], None, None),
        "predicted_density": (other[0], other[1], None),
        "computed_density": (own[0], own[1], None),
        "uniform_moments": (np.full(len(moments), UNIFORM_MUB), None, None),
    }
    if len(both) == len(names):
        found["predicted_both_densities"] = (other[0], other[1], other[2])
        found["computed_both_densities"] = (own[0], own[1], own[2])
    return found


def compare(
    computed: Path | str,
    predicted: Path | str,
    settings: Mapping[str, Any],
    python: str,
    store: Path | str,
    threads: int = 1,
    minutes: float = 10.0,
) -> list[Row]:
    """Run GPAW from every start, or find the runs that have ended.

    Parameters
    ----------
    computed, predicted
        Record of the calculation, and a predicted one, as `density_files` writes them.
    settings
        Config keys starting_moments, cell_height, kpoint_spacing, gpaw_kpoints and hubbard_u.
    python, store, threads, minutes
        As `gpaw.run` takes them.

    Returns
    -------
    list of dict
        For each start: calculation, start, steps (None if not converged), energy_eV,
        total_moment_muB, seconds, above_lowest_eV, and whether the run was interrupted, so that
        steps are only those of its last attempt.
    """
    header = record.read_header(computed)
    name, elements = header.attributes["id"], header.elements
    sizes = np.array([settings["starting_moments"].get(element, 0.0) for element in elements])
    with xr.open_dataset(computed) as own, xr.open_dataset(predicted) as other:
        signs = 1 if header.values.get("order") == "FM" else np.sign(own["site_moment"].values)
        structure = parent.of_sites(own["lattice"].values, elements, own["site_position"].values)
        chosen = starts(own, other, sizes * signs)
        grid = own["magnetization"].shape
    mesh = settings["gpaw_kpoints"] or magnetic_lattice.common_mesh(
        structure.lattice, [], settings["kpoint_spacing"], settings["cell_height"] is not None
    )
    rows: list[Row] = []
    for start, (moments, field, charge) in chosen.items():
        asked = gpaw.asked(structure, moments, mesh, gpaw.LADDER[0], settings["hubbard_u"])
        if field is not None:
            asked["magnetization"] = {
                "muB_per_cubic_angstrom": field.tolist(),
                "smoothing_angstrom": gpaw.SMOOTHING,
            }
        if charge is not None:
            asked["magnetization"]["e_per_cubic_angstrom"] = charge.tolist()
        folder = f"{name}_{start}"
        done = gpaw.run(python, folder, asked, grid, Path(store), threads, minutes)
        about: Row = {"calculation": name, "start": start}
        rows.append(about | _result(done.result or {}))
    lowest = min((row["energy_eV"] for row in rows if row["steps"]), default=np.nan)
    for row in rows:
        row["above_lowest_eV"] = round(row["energy_eV"] - lowest, 4) if row["steps"] else None
    return rows


def summary(rows: Sequence[Row]) -> dict[str, Row]:
    """Summarise each start over the calculations.

    Parameters
    ----------
    rows
        As `compare` returns them.

    Returns
    -------
    dict
        By start: median_steps of runs that were not interrupted (None if half did not converge),
        calculations, converged, and lowest, how many found the lowest energy of all starts within
        1 meV a cell.
    """
    found = {}
    for start in dict.fromkeys(row["start"] for row in rows):
        own = [row for row in rows if row["start"] == start]
        steps = [row["steps"] or np.inf for row in own if not row["interrupted"]]
        median = float(np.median(steps)) if steps else np.inf
        above = [row["above_lowest_eV"] for row in own if row["steps"]]
        found[start] = {
            "median_steps": median if np.isfinite(median) else None,
            "calculations": len(own),
            "converged": len(above),
            "lowest": sum(each < gpaw_orders.SAME_STATE_EV for each in above),
        }
    return found


def _result(result: Mapping[str, Any]) -> Row:
    names = ("steps", "energy_eV", "total_moment_muB")
    seconds, interrupted = result.get("scf_seconds"), result.get("restarted", False)
    about = {name: result.get(name) for name in names}
    return about | {"seconds": seconds, "interrupted": interrupted}
