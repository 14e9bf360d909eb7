"""Every magnetic order of one composition, from its elements to the records of its runs."""

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from spinlens.core.errors import SpinlensError
from spinlens.structures import gpaw, gpaw_orders, plan

RELAX = {"largest_force": 0.03, "most_steps": 100}  # eV/Å
IN_UNIT_CELL = ("FM", "AFM", "Neel")


def computed_by_gpaw(
    formula: str,
    computed: dict[str, Any],
    parent_file: str,
    settings: dict[str, Any],
    python: str,
    store: str,
    threads: int = 1,
) -> dict[str, dict[str, Any]]:
    """Compute the orders of a composition, or find the runs that have ended already.

    Parameters
    ----------
    formula : the composition's name.
    computed : as `plan.Planned` has it.
    parent_file : the crystal that is decorated.
    settings : config keys cell_height, kpoint_spacing, gpaw_kpoints, gpaw_grid, hubbard_u, relax.
    python : interpreter that has GPAW.
    store : folder of the runs that have ended.
    threads : of GPAW's libraries.

    Returns
    -------
    A record for each order (see `gpaw_orders.record`), by its name. With `relax`, all orders are
    computed in the geometry of the relaxed ferromagnet.
    """
    slab = settings["cell_height"] is not None
    grid = np.array(settings["gpaw_grid"])
    structure = plan.fitted(computed, parent_file, settings["cell_height"])
    starts = [computed["moments"]]
    if computed["second_moments"]:
        starts.append(computed["moments"] | computed["second_moments"])
    spacing, mesh = settings["kpoint_spacing"], settings["gpaw_kpoints"]
    u = settings["hubbard_u"]

    def laid_out(unit: Structure) -> list[dict[str, plan.Cell]]:
        return [plan.cells(computed, unit, own, spacing, slab, mesh) for own in starts]

    if settings["relax"]:
        [cell] = [laid_out(structure)[0][computed["orders"][0]]]
        structure = _relaxed(formula, cell, u, grid, python, Path(store), threads)
    cells = laid_out(structure)

    def run(order: str, start: int, step: int) -> gpaw.Run:
        arranged, kpoints, _ = cells[start][order]
        moments = None if order == "NM" else arranged.moments
        asked = gpaw.asked(arranged.structure, moments, kpoints, gpaw.LADDER[step], u)
        repeats = grid * np.abs(np.diag(arranged.matrix))
        return gpaw.run(python, f"{formula}_{order}", asked, repeats, Path(store), threads)

    smallest = [order for order in computed["orders"] if order in IN_UNIT_CELL]
    start, step, runs, tried = gpaw_orders.converged_together(
        computed["orders"], smallest, len(starts), run
    )
    versions = next((each.result for each in runs.values() if each.result), None) or {}
    return {
        order: gpaw_orders.record(
            cells[start][order],
            done,
            order,
            step=step,
            smearing_eV=gpaw.LADDER[step]["smearing_eV"],
            start=start,
            starts=tried,
            gpaw=versions.get("gpaw"),
            relaxed=bool(settings["relax"]),
        )
        for order, done in runs.items()
    }


def _relaxed(
    formula: str,
    cell: plan.Cell,
    u: dict[str, float] | None,
    grid: NDArray,
    python: str,
    store: Path,
    threads: int,
) -> Structure:
    """Compute the unit cell of the relaxed ferromagnet."""
    arranged, kpoints, _ = cell
    for attempt in gpaw.LADDER:
        asked = gpaw.asked(arranged.structure, arranged.moments, kpoints, attempt, u, dict(RELAX))
        done = gpaw.run(python, f"{formula}_relaxed", asked, grid, store, threads)
        if done.result:
            return Structure(
                arranged.structure.lattice, arranged.structure.species, done.result["positions"]
            )
    raise SpinlensError(f"the relaxation did not converge: {done.reason}")
