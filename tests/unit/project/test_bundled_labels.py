"""The bundled label table agrees with itself and with the code's own thresholds."""

import pytest

from paths import ROOT
from spinlens.calculations.magnetic_order import SMALLEST_MOMENT_MUB, magnetic_order
from spinlens.core.files import read_table

ROWS = read_table(ROOT / "resources" / "spin_densities" / "labels.csv")


def moments(row):
    return [float(row[f"moment_A{number}_muB"]) for number in (1, 2)]


def test_the_final_order_follows_from_the_moments():
    assert len(ROWS) == 65
    wrong = [
        row["calculation"] for row in ROWS if magnetic_order(moments(row)) != row["order_final"]
    ]
    assert wrong == []


def test_the_exchange_energy_needs_two_magnetic_sites_and_both_orders():
    compared = [row for row in ROWS if row["exchange_meV"]]
    assert len(compared) > 40
    for row in compared:
        assert min(map(abs, moments(row))) >= SMALLEST_MOMENT_MUB, row["calculation"]
        difference = 1000 * (float(row["energy_AFM_eV"]) - float(row["energy_FM_eV"]))
        assert float(row["exchange_meV"]) == pytest.approx(difference, abs=0.02)


def test_the_lower_order_is_told_beyond_the_uncertainty_alone():
    for row in ROWS:
        lower = ""
        if row["exchange_meV"]:
            exchange = float(row["exchange_meV"])
            if abs(exchange) > float(row["label_uncertainty_meV"]):
                lower = "FM" if exchange > 0 else "AFM"
        assert row["lower_of_FM_Neel"] == lower, row["calculation"]
