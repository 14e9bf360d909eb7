"""Exchange constants as a table, and as labels of the calculations that they come from."""

import numpy as np
import pytest

from planted_exchange import FIVE, SETTINGS, TRUE, planted_runs
from spinlens.exchange import table
from spinlens.exchange.constants import compare


def compared(runs):
    return compare("Cr2X", runs, {"Cr"}, FIVE, SETTINGS)


def test_a_row_holds_constants_orders_and_ground_state():
    [row] = table.rows([compared(planted_runs())])
    assert [row[f"J{shell}_meV"] for shell in (1, 2, 3)] == pytest.approx(TRUE.tolist(), abs=1e-5)
    assert row["orders"].startswith("FM 0.000, zigzag ") and row["ground_state"] == "FM"
    assert row["spins"] == "Cr 1.500" and row["remarks"] == "" and row["misfit_order"] == "3to1"
    assert list(row) == table.columns(3)


def test_what_is_refused_has_a_remark_and_no_constants():
    runs = planted_runs()
    rows = table.rows([compared(runs), compared(runs[:2])])
    assert [list(row) for row in rows] == [table.columns(3)] * 2
    assert {rows[1][f"J{s}{what}_meV"] for s in (1, 2, 3) for what in ("", "_error")} == {""}
    assert "J2 cancels" in rows[1]["remarks"] and rows[1]["orders"].startswith("FM 0.000, Neel ")


def test_every_calculation_gets_the_constants_and_their_errors():
    runs = planted_runs()
    found = table.labels([compared(runs)])
    assert {row["calculation"] for row in found} == {run.name for run in runs}
    of_one = {row["label"]: row["value"] for row in found if row["calculation"] == "run_FM"}
    assert set(of_one) == {f"J{s}{what}_meV" for s in (1, 2, 3) for what in ("", "_error")}
    assert "run_zigzag" in found[0]["label_source"]
    assert table.labels([compared(runs[:2])]) == []


def test_unknown_errors_are_no_labels():
    runs = [run for run in planted_runs() if run.order != "3to1"]
    names = {row["label"] for row in table.labels([compared(runs)])}
    assert names == {"J1_meV", "J2_meV", "J3_meV"}
    [row] = table.rows([compared(runs)])
    assert row["J1_error_meV"] == "" and np.isfinite(row["J1_meV"]) and row["misfit_percent"] == ""
