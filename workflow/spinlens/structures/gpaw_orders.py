"""All magnetic orders of a composition by GPAW, so that their energies can be compared.

Every order is on the same step of gpaw.LADDER: where one needs a later step, all are made at it.
Where elements have a high and a low spin state, the orders of the smallest cells are started from
both; the start that gives the lowest energy a site is kept for all orders, and both are on record.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from spinlens.calculations.magnetic_order import LARGEST_NM_MOMENT_MUB, SMALLEST_MOMENT_MUB
from spinlens.core.errors import SpinlensError
from spinlens.structures import gpaw, plan
from spinlens.structures.orders import signs_name

SAME_STATE_EV = 1e-3  # per cell: starts whose energies differ by less found the same state

Runner = Callable[[str, int, int], gpaw.Run]  # order, start, step of the ladder
RELAX = {"largest_force": 0.03, "most_steps": 100}  # eV/Å
IN_UNIT_CELL = ("FM", "AFM", "Neel")


def converged_together(
    orders: list[str], smallest: list[str], starts: int, run: Runner
) -> tuple[int, int, dict[str, gpaw.Run], list[dict[str, Any]]]:
    """Run every order at the first step of the ladder at which all of them converge.

    Parameters
    ----------
    orders : names; NM is run without spin, whatever the start.
    smallest : orders from which the start is chosen.
    starts : number of sets of starting moments.
    run : runs an order from a start at a step of the ladder.

    Returns
    -------
    The start and the step that are kept, the run of each order there, and a dict for each start
    that was tried: order, start, step, energy_eV (None if it did not converge), and moments.
    If no step lets all orders converge, the first one is kept.
    """
    first = None
    start = 0
    waiting: list[str] = []
    for step in range(len(gpaw.LADDER)):
        if any(run(order, start, step).result is None for order in waiting):
            continue  # the others need not be made at it
        start, tried = _start(smallest, starts, step, run)
        runs = {order: run(order, start, step) for order in orders}
        waiting = [order for order, done in runs.items() if done.result is None]
        if not waiting:
            return start, step, runs, tried
        first = first or (start, step, runs, tried)
    assert first is not None
    return first


def record(cell: plan.Cell, run: gpaw.Run, order: str, **more: Any) -> dict[str, Any]:
    """Make the record of an order: the JSON that the label table is made from.

    Parameters
    ----------
    cell : plan.Cell
        The cell that was computed.
    run : gpaw.Run
        Its run.
    order : str
        The order that was asked for.
    **more : Any
        Further entries.

    Returns
    -------
    dict[str, Any]
        What was asked, the order that was reached, the run and its result, and `more`.
    """
    arranged = cell.arrangement
    return {
        "order": order,
        "order_final": _order_final(cell, run) if run.result else None,
        "elements": [site.specie.symbol for site in arranged.structure],
        "place": cell.place,
        "cells": int(round(np.linalg.det(arranged.matrix))),
        "matrix": arranged.matrix.tolist(),
        "starting_moments": arranged.moments.tolist(),
        "kpoints": cell.kpoints.tolist(),
        "lattice": arranged.structure.lattice.matrix.tolist(),
        "run": run.folder.name,
        "scf": run.result,
        "reason": run.reason,
        **more,
    }


def _start(
    smallest: list[str], starts: int, step: int, run: Runner
) -> tuple[int, list[dict[str, Any]]]:
    """Find the start of lowest energy over the smallest cells, and list what was tried."""
    if starts == 1 or not smallest:
        return 0, []
    tried, lowest = [], [np.inf] * starts
    for start in range(starts):
        for order in smallest:
            done = run(order, start, step)
            scf = done.result or {}
            tried.append({
                "order": order,
                "start": start,
                "step": step,
                "energy_eV": scf.get("energy_eV"),
                "total_moment_muB": scf.get("total_moment_muB"),
                "local_moments_muB": scf.get("local_moments_muB"),
                "run": done.folder.name,
            })  # fmt: skip
            lowest[start] = min(lowest[start], scf.get("energy_eV", np.inf))
    kept = int(np.argmin(lowest))
    if np.isfinite(lowest[0]) and lowest[0] - lowest[kept] < SAME_STATE_EV:
        kept = 0
    return kept, tried


def _order_final(cell: plan.Cell, run: gpaw.Run) -> str:
    """Name the order that a run converged to, from the signs of its magnetic sites' moments."""
    assert run.result is not None
    local = run.result["local_moments_muB"]
    if local is None:
        return "NM"
    started = np.flatnonzero(cell.arrangement.moments)
    local = np.array(local)[started]
    if np.abs(local).max(initial=0.0) <= LARGEST_NM_MOMENT_MUB:
        return "NM"
    if np.abs(local).min() < SMALLEST_MOMENT_MUB:
        return "other"
    return signs_name(cell.arrangement.structure, started, np.sign(local))


def computed_by_gpaw(
    formula: str,
    computed: dict[str, Any],
    parent_file: str,
    settings: dict[str, Any],
    python: str,
    store: str,
    threads: int = 1,
    minutes: float = 10.0,
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
    minutes : as `gpaw.run` takes them.

    Returns
    -------
    A record for each order (see `record`), by its name. With `relax`, all orders are
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

    if settings["relax"]:
        # The ferromagnet has the unit cell, and is relaxed whether it is asked for or not.
        order = "FM" if any(computed["moments"].values()) else computed["orders"][0]
        with_it = computed | {"orders": [*computed["orders"], order]}
        cell = plan.cells(with_it, structure, starts[0], spacing, slab, mesh)[order]
        structure = _relaxed(formula, cell, u, grid, python, Path(store), threads, minutes)
    cells = [plan.cells(computed, structure, own, spacing, slab, mesh) for own in starts]

    def run(order: str, start: int, step: int) -> gpaw.Run:
        arranged, kpoints, _ = cells[start][order]
        moments = None if order == "NM" else arranged.moments
        asked = gpaw.asked(arranged.structure, moments, kpoints, gpaw.LADDER[step], u)
        repeats = grid * np.abs(np.diag(arranged.matrix))
        return gpaw.run(python, f"{formula}_{order}", asked, repeats, Path(store), threads, minutes)

    smallest = [order for order in computed["orders"] if order in IN_UNIT_CELL]
    start, step, runs, tried = converged_together(computed["orders"], smallest, len(starts), run)
    versions = next((each.result for each in runs.values() if each.result), None) or {}
    return {
        order: record(
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
    minutes: float,
) -> Structure:
    """Compute the unit cell of the relaxed ferromagnet."""
    arranged, kpoints, _ = cell
    for attempt in gpaw.LADDER:
        asked = gpaw.asked(arranged.structure, arranged.moments, kpoints, attempt, u, dict(RELAX))
        done = gpaw.run(python, f"{formula}_relaxed", asked, grid, store, threads, minutes)
        if done.result:
            return Structure(
                arranged.structure.lattice, arranged.structure.species, done.result["positions"]
            )
    raise SpinlensError(f"the relaxation did not converge: {done.reason}")
