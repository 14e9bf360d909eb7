"""Orders that converge together: one step of the ladder, one start, both on record."""

from pathlib import Path

import numpy as np
import pytest

from paths import ROOT
from spinlens.structures import gpaw, gpaw_orders, plan

PARENT = str(ROOT / "resources" / "structures" / "Cr2Ge2Te6.vasp")
ORDERS = ["FM", "Neel", "zigzag"]


def runner(energies, failing=()):
    """Run by a table of energies by (order, start); `failing` (order, start, step) do not
    converge. The runs that were made are kept in `runner.made`."""

    def run(order, start, step):
        made.append((order, start, step))
        failed = (order, start, step) in failing
        result = None if failed else {"energy_eV": energies[order, start]}
        return gpaw.Run(Path(f"{order}-{start}-{step}"), result, "no" if failed else "")

    made = run.made = []
    return run


ONE = {(order, 0): -1.0 - place for place, order in enumerate(ORDERS)}


def test_one_step_does_where_all_converge():
    run = runner(ONE)
    start, step, runs, tried = gpaw_orders.converged_together(ORDERS, ["FM", "Neel"], 1, run)
    assert (start, step, tried) == (0, 0, []) and list(runs) == ORDERS and len(run.made) == 3


def test_all_are_made_at_the_step_that_one_needs():
    run = runner(ONE, failing=[("zigzag", 0, 0)])
    _, step, runs, _ = gpaw_orders.converged_together(ORDERS, ["FM", "Neel"], 1, run)
    assert step == 1 and {each.folder.name for each in runs.values()} == {
        "FM-0-1", "Neel-0-1", "zigzag-0-1",
    }  # fmt: skip


def test_an_order_that_never_converges_costs_the_others_nothing():
    failing = [("zigzag", 0, step) for step in range(3)]
    run = runner(ONE, failing)
    _, step, runs, _ = gpaw_orders.converged_together(ORDERS, ["FM", "Neel"], 1, run)
    assert step == 0 and runs["zigzag"].result is None and runs["FM"].result
    assert len(run.made) == 5  # three at the first step, zigzag alone at the two others


@pytest.mark.parametrize("second, kept", [(-3.0, 1), (-2.0005, 0), (-1.0, 0)])
def test_the_start_of_lower_energy_is_kept_and_both_are_on_record(second, kept):
    both = ONE | {(order, 1): second for order in ORDERS}
    start, _, runs, tried = gpaw_orders.converged_together(ORDERS, ["FM", "Neel"], 2, runner(both))
    assert start == kept and runs["zigzag"].folder.name == f"zigzag-{kept}-0"
    assert [(each["order"], each["start"]) for each in tried] == [
        ("FM", 0), ("Neel", 0), ("FM", 1), ("Neel", 1),
    ]  # fmt: skip


def cell(order):
    computed = {"elements": ["Cr", "Cr", "Ge", "Ge", *["Te"] * 6], "orders": [order],
                "moments": {"Cr": 3.0}, "order_cells": 4}  # fmt: skip
    structure = plan.fitted(computed, PARENT, 16)
    return plan.cells(computed, structure, computed["moments"], 0.2, True)[order]


@pytest.mark.parametrize("order", ["FM", "Neel", "zigzag", "stripy", "3to1"])
def test_the_order_found_is_that_of_the_signs(order):
    started = cell(order)
    moments = started.arrangement.moments
    run = gpaw.Run(Path("run"), {"local_moments_muB": (0.97 * moments - 0.05).tolist()}, "")
    found = gpaw_orders.record(started, run, order)
    assert found["order_final"] == order and found["order"] == order
    flipped = np.abs(moments)
    run = gpaw.Run(Path("run"), {"local_moments_muB": flipped.tolist()}, "")
    assert gpaw_orders.record(started, run, order)["order_final"] == "FM"


def test_sites_without_a_moment_make_no_order():
    started = cell("FM")
    local = np.where(started.arrangement.moments > 0, 0.1, 0.0)
    run = gpaw.Run(Path("run"), {"local_moments_muB": local.tolist()}, "")
    assert gpaw_orders.record(started, run, "FM")["order_final"] == "other"
    run = gpaw.Run(Path("run"), {"local_moments_muB": (local / 10).tolist()}, "")
    assert gpaw_orders.record(started, run, "FM")["order_final"] == "NM"
