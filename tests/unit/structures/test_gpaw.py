"""GPAW asked for a calculation, by stand-ins: its attempts, its density, the tables of all."""

import json
import sys

import numpy as np
import pytest
import yaml
from pymatgen.core import Lattice, Structure
from pymatgen.io.vasp import Poscar

from paths import ROOT
from spinlens.calculations.charge_file import read_charge_file
from spinlens.density.grids import integral, resample
from spinlens.structures import gpaw, gpaw_density, gpaw_labels, plan

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))
PARENT = str(ROOT / "resources" / "structures" / "Cr2Ge2Te6.vasp")
DECORATED = {"A": {"site": "Cr", "by": ["Cr", "CuCr"]}, "B": {"site": "Ge", "by": ["GeP"]}}
LATTICE = np.array([[4.0, 0.0, 0.0], [-2.0, 3.5, 0.0], [0.0, 0.5, 6.0]])
CRYSTAL = Structure(Lattice(LATTICE), ["Cr", "Te"], [[0.5, 0.5, 0.5], [0.1, 0.2, 0.3]])
STAND_IN = """#!{python}
import json, sys
from pathlib import Path
import numpy as np
program, *arguments = sys.argv[1:]
if arguments == ["--version"]:
    print(json.dumps({{"gpaw": "22.8.0", "ase": "3.22.1"}}))
    sys.exit()
given, folder = json.loads(Path(arguments[0]).read_text()), Path(arguments[1])
with open(folder / "asked.jsonl", "a") as file:
    file.write(json.dumps(given) + "\\n")
asked = len((folder / "asked.jsonl").read_text().splitlines())
if asked <= {fails}:
    print(f"KohnShamConvergenceError: attempt {{asked}} did not converge", file=sys.stderr)
    sys.exit({code})
np.save(folder / "density.npy", np.ones((2, 4, 4, 4)))
(folder / "scf.json").write_text(json.dumps({{"energy_eV": -1.5}}))
"""


def stand_in(folder, fails, code=gpaw.NOT_CONVERGED):
    """An interpreter whose first attempts fail."""
    python = folder / "python; touch HELLO"
    python.write_text(STAND_IN.format(python=sys.executable, fails=fails, code=code))
    python.chmod(0o755)
    return str(python)


def asked(folder):
    return [json.loads(line) for line in (folder / "asked.jsonl").read_text().splitlines()]


def settings(**changes):
    return CONFIG | {"parent": PARENT, "decorate": DECORATED} | changes


def waves(shape):
    """A periodic density that both grids hold exactly, and its longest wave's k² along a."""
    phase = 2 * np.pi * np.arange(shape[0]) / shape[0]
    return np.broadcast_to(1 + 0.5 * np.cos(phase)[:, None, None], shape)


# --- attempts -------------------------------------------------------------------------------------


@pytest.mark.parametrize("fails", [0, 1, 2])
def test_the_ladder_is_climbed_until_an_attempt_converges(tmp_path, fails):
    found = gpaw.run(stand_in(tmp_path, fails), CRYSTAL, [3, 0], [3, 3, 1], tmp_path)
    assert [given["attempt"] for given in asked(tmp_path)] == list(gpaw.LADDER[: fails + 1])
    assert [each["converged"] for each in found.attempts] == [False] * fails + [True]
    assert found.result == {"energy_eV": -1.5} and found.density.shape == (2, 4, 4, 4)
    assert not {"input.json", "scf.json", "density.npy"} & {f.name for f in tmp_path.iterdir()}


def test_the_last_failure_is_what_is_recorded(tmp_path):
    found = gpaw.run(stand_in(tmp_path, fails=3), CRYSTAL, [3, 0], [3, 3, 1], tmp_path)
    assert found.result is None and found.density is None and len(found.attempts) == 3
    record = {"scf": None, "attempts": found.attempts}
    reason = "KohnShamConvergenceError: attempt 3 did not converge"
    assert gpaw_labels.failures({"Cr_FM": record}) == {"Cr_FM": reason}


def test_later_attempts_mix_otherwise_and_then_more_slowly():
    first, second, third = gpaw.LADDER
    assert (first["mixer"], first["beta"], first["smearing_eV"]) == ("sum", 0.1, 0.05)
    assert second["mixer"] == "difference" and third["beta"] < second["beta"] < first["beta"]
    assert third["smearing_eV"] == 0.1 and third["steps"] > second["steps"] > first["steps"]


def test_another_end_than_no_solution_is_no_result(tmp_path):
    with pytest.raises(ValueError, match="GPAW ended with code 9: .*attempt 1"):
        gpaw.run(stand_in(tmp_path, fails=1, code=9), CRYSTAL, None, [3, 3, 1], tmp_path)
    assert len(asked(tmp_path)) == 1


def test_what_is_asked_is_the_structure_as_it_is(tmp_path):
    gpaw.run(stand_in(tmp_path, fails=0), CRYSTAL, None, [3, 3, 1], tmp_path)
    [given] = asked(tmp_path)
    assert given["elements"] == ["Cr", "Te"] and given["moments"] is None
    assert given["kpoints"] == [3, 3, 1] and given["grid_spacing_angstrom"] == 0.25
    np.testing.assert_allclose(given["positions"], CRYSTAL.frac_coords)
    np.testing.assert_allclose(given["lattice"], LATTICE)


def test_the_interpreter_is_asked_for_its_versions(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert gpaw.version(stand_in(tmp_path, fails=0)) == {"gpaw": "22.8.0", "ase": "3.22.1"}
    assert not (tmp_path / "HELLO").exists()


@pytest.mark.parametrize("python", [sys.executable, "/nowhere/python3"])
def test_without_gpaw_one_line_says_what_to_install(python):
    with pytest.raises(ValueError, match="has no GPAW: install the Debian packages gpaw") as told:
        gpaw.version(python)
    assert "\n" not in str(told.value) and "gpaw_python" in str(told.value)


# --- density --------------------------------------------------------------------------------------


def test_a_wave_is_damped_by_the_gaussian_and_the_integral_kept():
    """Of a convolution with a Gaussian of width s, cos(k·r) becomes exp(−s² k² / 2) cos(k·r)."""
    shape, width = (8, 6, 10), 0.3
    k = np.linalg.norm(2 * np.pi * np.linalg.inv(LATTICE)[:, 0])
    found = gpaw_density.smooth(waves(shape), LATTICE, width)
    expected = 1 + (waves(shape) - 1) * np.exp(-((width * k) ** 2) / 2)
    np.testing.assert_allclose(found, expected, atol=1e-12)
    assert np.ptp(found) < 0.95 * np.ptp(waves(shape))


def test_a_gaussian_becomes_a_wider_one():
    points, length, own, added = 48, 9.0, 0.5, 0.4
    lattice = length * np.eye(3)
    x = length * (np.arange(points) / points - 0.5)
    r2 = x[:, None, None] ** 2 + x[None, :, None] ** 2 + x[None, None, :] ** 2

    def gaussian(width):
        return np.exp(-r2 / (2 * width**2)) / (2 * np.pi * width**2) ** 1.5

    found = gpaw_density.smooth(gaussian(own), lattice, added)
    np.testing.assert_allclose(found, gaussian(np.hypot(own, added)), atol=1e-8)
    assert np.abs(found - gaussian(own)).max() > 0.1  # and is not what it was


def test_electrons_and_moment_are_exact():
    fine = np.stack([1.01 * waves((16, 12, 20)), 0.4 * waves((16, 12, 20))])
    volume = abs(np.linalg.det(LATTICE))
    electrons, moment = 1.4 * volume, 0.6 * volume
    spins, factors = gpaw_density.spin_densities(fine, LATTICE, (8, 6, 10), electrons, moment)
    assert spins.shape == (2, 8, 6, 10)
    up, down = integral(spins, LATTICE)
    assert up + down == pytest.approx(electrons, abs=1e-10)
    assert up - down == pytest.approx(moment, abs=1e-10)
    assert factors == pytest.approx([1 / 1.01, 1], abs=1e-10)


def test_a_grid_that_misses_electrons_is_refused():
    fine = np.stack([waves((8, 6, 10))] * 2)
    with pytest.raises(ValueError, match="the spin densities integrate to"):
        gpaw_density.spin_densities(
            fine, LATTICE, (8, 6, 10), 2.2 * abs(np.linalg.det(LATTICE)), 0.0
        )


def test_a_run_without_spin_has_a_magnetization_of_zero():
    volume = abs(np.linalg.det(LATTICE))
    spins, _ = gpaw_density.spin_densities(
        waves((8, 6, 10))[None], LATTICE, (8, 6, 10), volume, 0.0
    )
    assert np.array_equal(spins[0], spins[1]) and spins[0].mean() == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("name", ["CHGCAR", "CHGCAR.gz"])
def test_the_chgcar_is_read_back(tmp_path, name):
    up, down = resample(1.2 * waves((6, 6, 6)), (8, 6, 10)), 0.3 * waves((8, 6, 10))
    gpaw_density.write_chgcar(tmp_path / name, CRYSTAL, np.stack([up, down]), "Cr_FM GPAW")
    read = read_charge_file(tmp_path / name)
    volume = abs(np.linalg.det(LATTICE))
    assert read.elements == ["Cr", "Te"]
    np.testing.assert_allclose(read.charge, (up + down) * volume, rtol=1e-9)
    np.testing.assert_allclose(read.magnetization, (up - down) * volume, rtol=1e-9)
    np.testing.assert_allclose(read.positions, CRYSTAL.frac_coords, atol=1e-6)
    assert [file.name for file in tmp_path.iterdir()] == [name]


# --- what is planned, and what it says ------------------------------------------------------------


def test_a_calculation_is_computed_by_its_own_numbers_alone():
    planned = plan.planned(settings())
    formulas, orders = ("Cr2GePTe6", "CuCrGePTe6"), ("FM", "AFM", "NM")
    assert set(planned) == {f"{formula}_{order}" for formula in formulas for order in orders}
    more = DECORATED | {"X": {"site": "Te", "by": ["Te", "TeSe5"]}}
    moments = CONFIG["starting_moments"] | {"Cu": 1.0, "Fe": 5.0}
    changed = plan.planned(settings(decorate=more, starting_moments=moments))
    for name, (computed_by, called) in planned.items():
        assert (changed[name][0] == computed_by) == name.startswith("Cr2")
        assert changed[name][1]["labels"] == called["labels"] | {f"X{n}": "Te" for n in range(1, 7)}


def test_sites_are_found_again_when_they_are_sorted_by_element(tmp_path):
    sites = [4, 0, 5, 2, 6, 7, 1, 3, 8, 9]
    parent = Structure.from_sites([Structure.from_file(PARENT)[site] for site in sites])
    Poscar(parent).write_file(tmp_path / "POSCAR")
    elements = [site.specie.symbol for site in parent]
    elements[1] = "Cu"
    computed_by = {"elements": elements, "order": "AFM", "moments": {"Cr": 3, "Cu": 0.5}}
    structure, moments, place = plan.built(computed_by, tmp_path / "POSCAR", 16)
    for site, index in enumerate(place):
        assert structure[index].specie.symbol == elements[site]
        assert structure[index].distance(parent[site]) < 0.3
    assert place != sorted(place)
    assert moments[place[1]] == -0.5 and moments[place[6]] == 3 and abs(moments).sum() == 3.5
    assert plan.built(computed_by | {"order": "NM"}, tmp_path / "POSCAR", 16)[1] is None


def record(order, energy, local):
    scf = {
        "energy_eV": energy,
        "total_moment_muB": float(sum(local or [0])),
        "local_moments_muB": local,
        "valence_electrons": 24.0,
        "steps": 20,
        "scf_seconds": 60.0,
    }
    return {
        "order": order,
        "elements": ["Te", "Te", "Cr", "Cr"],
        "place": [2, 0, 3, 1],
        "attempts": [{"mixer": "sum", "converged": True}],
        "scf": scf,
    }


CALLED = {"formula": "Cr2Te2", "labels": {"A": "Cr"}, "sites": {"A1": 0, "A2": 2}}


def labels(records):
    rows = gpaw_labels.label_rows(records, dict.fromkeys(records, CALLED))
    return {row["calculation"]: row for row in rows}


def test_labels_hold_energies_exchange_and_ground_state():
    records = {
        "C_FM": record("FM", -10.1, [-0.1, -0.1, 3.0, 3.0]),
        "C_AFM": record("AFM", -10.0, [0.0, 0.0, 3.0, -3.0]),
        "C_NM": record("NM", -7.0, None),
    }
    rows = labels(records)
    for row in rows.values():
        assert row["exchange_meV"] == pytest.approx(100, abs=1e-6)
        assert (row["energy_FM_eV"], row["energy_NM_eV"]) == (-10.1, -7.0)
        assert row["ground_state"] == "FM"
    assert [rows[f"C_{order}"]["order_final"] for order in ("FM", "AFM", "NM")] == [
        "FM", "AFM", "NM",
    ]  # fmt: skip
    assert rows["C_FM"]["total_moment_muB"] == pytest.approx(5.8, abs=1e-12)
    assert rows["C_AFM"]["moment_A2_muB"] == -3.0


def test_a_run_that_left_its_order_does_not_count_for_it():
    records = {
        "C_FM": record("FM", -10.1, [-0.1, -0.1, 3.0, 3.0]),
        "C_AFM": record("AFM", -10.2, [-0.1, -0.1, 3.0, 3.0]),
    }
    for row in labels(records).values():
        assert row["order_final"] == "FM" and row["ground_state"] == row["exchange_meV"] == ""


def test_a_failure_is_in_the_table_and_no_label():
    failed = record("AFM", 0.0, None) | {"scf": None}
    failed["attempts"] = [{"converged": False, "reason": "no solution"}] * 3
    records = {"C_FM": record("FM", -10.1, [-0.1, -0.1, 3.0, 3.0]), "C_AFM": failed}
    assert list(labels(records)) == ["C_FM"]
    table = {row["calculation"]: row for row in gpaw_labels.table_rows(records)}
    assert table["C_AFM"]["failure"] == "no solution" and table["C_AFM"]["attempts"] == 3
    assert table["C_FM"]["converged"] and table["C_FM"]["failure"] == ""
