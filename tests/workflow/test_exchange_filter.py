"""`snakemake exchange_filter` on the bundled magnetic orders, and on ferromagnets alone."""

import shutil
import subprocess
import sys

import pytest

from paths import ROOT
from spinlens.core.files import read_json, read_table

pytestmark = pytest.mark.slow

ORDERS = ROOT / "resources" / "exchange"
FERROMAGNETS = ROOT / "resources" / "spin_densities"


def run(folder, calculations):
    """Files of an exchange filter."""
    config = [f"calculations={calculations}", "results=results", "select=null"]
    command = [
        sys.executable, "-m", "snakemake", "--snakefile", str(ROOT / "Snakefile"), "--directory",
        str(folder), "--cores", "2", "--config", *config, "exchange_energy_uncertainty_meV=0.1",
        "--", "exchange_filter",
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    made = folder / "results" / "exchange_filter"
    assert (made / "j_of_r.svg").is_file()
    return read_json(made / "summary.json"), read_table(made / "j_of_r.tsv"), made


def test_j_of_r_of_the_bundled_orders_agrees_with_the_constants_of_their_energies(tmp_path):
    folder = tmp_path / "orders"
    for formula in ("Cr2Ge2Te6", "Cr2Si2Te6"):
        for calculation in ORDERS.glob(f"{formula}_*"):
            shutil.copytree(calculation, folder / calculation.name)
    shutil.copy(ORDERS / "labels.csv", folder)
    summary, rows, made = run(tmp_path, folder)
    assert summary["identifiable"] == {"J1": True, "J2": True, "J3": True}
    assert list(rows[0]) == ["R", "J", "low", "high"]
    constants = {row["formula"]: row for row in read_table(ORDERS / "exchange.tsv")}
    for name in ("Cr2Ge2Te6", "Cr2Si2Te6"):
        shells = summary["compounds_told"][name]["shells"]
        for shell in ("J1", "J2", "J3"):
            fitted = float(constants[name][f"{shell}_meV"])
            width = float(constants[name][f"{shell}_half_width_meV"])
            assert shells[shell]["J_meV"] == pytest.approx(fitted, abs=width)
        assert shells["J1"]["extremum_A"] == pytest.approx(shells["J1"]["distance_A"], abs=0.1)
        assert shells["J1"]["share"] > 0.7
        assert shells["J1"]["J_meV"] > 4 * abs(shells["J3"]["J_meV"]) > 0
    compounds = {row["compound"] for row in read_table(made / "j_of_r_by_compound.tsv")}
    assert {"Cr2Ge2Te6", "Cr2Si2Te6"} <= compounds


def test_ferromagnets_alone_are_refused_and_told_what_to_add(tmp_path):
    """Negative control."""
    folder = tmp_path / "ferromagnets"
    for name in ("Cr2Ge2Te6_FM", "Cr2Si2Te6_FM", "MnCrGe2Te6_FM"):
        shutil.copytree(FERROMAGNETS / name, folder / name)
    shutil.copy(FERROMAGNETS / "labels.csv", folder)
    summary, rows, _ = run(tmp_path, folder)
    assert summary["identifiable"] == {"J1": False, "J2": False, "J3": False}
    assert summary["reasons"]["J2"].startswith("folded onto the site's own images; add ")
    assert summary["held_out_r2"] is None and rows == []
