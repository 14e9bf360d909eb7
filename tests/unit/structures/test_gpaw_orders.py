"""All orders of a composition: one geometry, one mesh, one step of the ladder, one start."""

from pathlib import Path

import numpy as np
import pytest

from paths import ROOT
from spinlens.structures import gpaw, gpaw_orders, plan

PARENT = str(ROOT / "resources" / "structures" / "Cr2Ge2Te6.vasp")
ORDERS = ["FM", "Neel", "zigzag"]
PARENT = str(ROOT / "resources" / "structures" / "Cr2Ge2Te6.vasp")
SETTINGS = {
    "cell_height": 16, "kpoint_spacing": 0.2, "gpaw_kpoints": None, "gpaw_grid": [12, 12, 16],
    "hubbard_u": None, "relax": False,
}  # fmt: skip
SHIFT = 0.01


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


@pytest.fixture
def asked(monkeypatch):
    """Runs that end at once: [(name, what was asked, grid)]; high spin of Fe is lower by 1 eV."""
    made = []

    def run(python, name, given, grid, store, threads, minutes):
        made.append((name, given, [int(points) for points in grid]))
        moments = given["moments"] or [0.0]
        positions = np.array(given["positions"])
        if given["relax"]:
            positions[0, 2] += SHIFT
        result = {
            "energy_eV": -10.0 * len(given["elements"]) - max(np.abs(moments)),
            "local_moments_muB": given["moments"], "total_moment_muB": sum(moments),
            "positions": positions.tolist(), "gpaw": "0",
        }  # fmt: skip
        return gpaw.Run(Path(name), result, "")

    monkeypatch.setattr(gpaw, "run", run)
    return made


def computed(a="Cr", second=None):
    return {
        "elements": [a, "Cr", "Ge", "Ge", *["Te"] * 6], "orders": ["FM", "Neel", "zigzag"],
        "moments": {"Cr": 3.0, "Fe": 4.0} if a == "Fe" else {"Cr": 3.0},
        "second_moments": second or {}, "order_cells": 4,
    }  # fmt: skip


def records(what, **changes):
    settings = SETTINGS | changes
    return gpaw_orders.computed_by_gpaw("X", what, PARENT, settings, "python", "runs")


def test_every_order_is_run_once_on_a_grid_of_its_cell(asked):
    found = records(computed())
    assert [(name, grid) for name, _, grid in asked] == [
        ("X_FM", [12, 12, 16]), ("X_Neel", [12, 12, 16]), ("X_zigzag", [24, 12, 16]),
    ]  # fmt: skip
    assert {order: each["order_final"] for order, each in found.items()} == {
        "FM": "FM", "Neel": "Neel", "zigzag": "zigzag",
    }  # fmt: skip
    assert found["zigzag"]["cells"] == 2 and found["zigzag"]["kpoints"] == [3, 6, 1]
    assert not found["FM"]["relaxed"] and found["FM"]["starts"] == []


def test_the_start_of_lower_energy_is_that_of_every_order(asked):
    found = records(computed("Fe", second={"Fe": 1.0}))
    assert [each["start"] for each in found.values()] == [0, 0, 0]
    assert len(found["FM"]["starts"]) == 4
    found = records(computed("Fe", second={"Fe": 5.0}))
    assert [each["start"] for each in found.values()] == [1, 1, 1]
    assert max(found["zigzag"]["starting_moments"]) == 5.0


def test_all_orders_are_in_the_geometry_of_the_relaxed_ferromagnet(asked):
    found = records(computed(), relax=True)
    assert asked[0][0] == "X_relaxed" and asked[0][1]["relax"]["largest_force"] > 0
    unrelaxed = np.array(asked[0][1]["positions"])
    ferromagnet, zigzag = np.array(asked[1][1]["positions"]), np.array(asked[3][1]["positions"])
    assert ferromagnet[0, 2] - unrelaxed[0, 2] == pytest.approx(SHIFT, abs=1e-8)
    np.testing.assert_allclose(zigzag[[0, 2], 2], ferromagnet[0, 2], atol=1e-8)  # of four Cr
    assert all(given["relax"] is None for _, given, _ in asked[1:])
    assert all(each["relaxed"] for each in found.values())


def test_the_ferromagnet_is_relaxed_where_no_order_has_the_unit_cell(asked):
    found = records(computed() | {"orders": ["zigzag"]}, relax=True)
    relaxed, zigzag = (given for _, given, _ in asked)
    assert [name for name, _, _ in asked] == ["X_relaxed", "X_zigzag"] and list(found) == ["zigzag"]
    assert (len(relaxed["positions"]), len(zigzag["positions"])) == (10, 20)
    assert min(relaxed["moments"]) == 0 and min(zigzag["moments"]) == -3


def test_a_mesh_and_a_hubbard_u_of_ones_own(asked):
    records(computed(), gpaw_kpoints=[4, 4, 1], hubbard_u={"Cr": 3})
    assert [given["kpoints"] for _, given, _ in asked] == [[4, 4, 1], [4, 4, 1], [2, 4, 1]]
    assert all(given["setups"] == {"Cr": ":d,3"} for _, given, _ in asked)
