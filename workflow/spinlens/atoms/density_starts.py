"""GPAW started from spin densities that were predicted without their crystals, and otherwise.

A run is started from superposed atoms with moments, or from these with a spin density in their
place. What differs between starts is the number of steps and, where there are several, the
solution that is found.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from spinlens.atoms import density_model
from spinlens.atoms.density_samples import DensitySample
from spinlens.density import site_moments
from spinlens.structures import gpaw, gpaw_orders, magnetic_lattice

UNIFORM_MUB = 1.0  # on every atom, as VASP starts by default
DIGITS = 4  # of starting moments and densities

Row = dict[str, Any]
Array = NDArray[Any]


def one_of_each_group(samples: Iterable[DensitySample]) -> list[DensitySample]:
    """Choose the first sample, by name, of each set of magnetic elements.

    Parameters
    ----------
    samples
        Samples.
    """
    first: dict[str, DensitySample] = {}
    for each in sorted(samples, key=lambda own: own.name):
        first.setdefault(each.group, each)
    return list(first.values())


def starts(
    sample: DensitySample, coefficients: Array, moments: Mapping[str, float]
) -> dict[str, tuple[Array, Array | None]]:
    """List starts of a calculation: moments of its atoms in μB, and m(r) in μB Å⁻³ or None.

    `computed_density` is the sample's own, which no prediction can surpass.

    Parameters
    ----------
    sample, coefficients
        Sample, and coefficients that networks predicted of it, (atoms, (L + 1)², radials).
    moments
        Config key starting_moments.
    """
    symbols = sample.structure.get_chemical_symbols()
    sizes = np.array([moments.get(symbol, 0.0) for symbol in symbols])
    fields = [density_model.on_grid(coefficients, sample), sample.magnetization.astype(float)]
    predicted, computed = (
        site_moments.in_spheres(field, sample.lattice, sample.positions).round(DIGITS)
        for field in fields
    )
    return {
        "moments_of_elements": (sizes * sample.directions, None),
        "predicted_moments": (predicted, None),
        "predicted_density": (predicted, fields[0].round(DIGITS)),
        "computed_density": (computed, fields[1].round(DIGITS)),
        "uniform_moments": (np.full(len(symbols), UNIFORM_MUB), None),
    }


def compare(
    sample: DensitySample,
    coefficients: Array,
    settings: Mapping[str, Any],
    python: str,
    store: Path | str,
    threads: int = 1,
    minutes: float = 10.0,
) -> list[Row]:
    """Run GPAW from every start, or find the runs that have ended.

    Parameters
    ----------
    sample, coefficients
        As `starts` takes them.
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
    symbols = sample.structure.get_chemical_symbols()
    structure = Structure(sample.lattice, symbols, sample.positions)
    slab = settings["cell_height"] is not None
    mesh = settings["gpaw_kpoints"] or magnetic_lattice.common_mesh(
        structure.lattice, [], settings["kpoint_spacing"], slab
    )
    rows: list[Row] = []
    for start, (moments, field) in starts(
        sample, coefficients, settings["starting_moments"]
    ).items():
        asked = gpaw.asked(structure, moments, mesh, gpaw.LADDER[0], settings["hubbard_u"])
        if field is not None:
            asked["magnetization"] = {
                "muB_per_cubic_angstrom": field.tolist(),
                "smoothing_angstrom": gpaw.SMOOTHING,
            }
        grid, name = sample.magnetization.shape, f"{sample.name}_{start}"
        done = gpaw.run(python, name, asked, grid, Path(store), threads, minutes)
        about: Row = {"calculation": sample.name, "start": start}
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
