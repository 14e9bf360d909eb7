"""GPAW asked for a run, by stand-ins; its densities on the workflow's grid, written and read."""

import json
import sys

import numpy as np
import pytest
from pymatgen.core import Lattice, Structure

from spinlens.calculations.charge_file import read_charge_file
from spinlens.density.grids import integral, resample
from spinlens.structures import gpaw, vasp

LATTICE = np.array([[4.0, 0.0, 0.0], [-2.0, 3.5, 0.0], [0.0, 0.5, 6.0]])
CRYSTAL = Structure(Lattice(LATTICE), ["Cr", "Te"], [[0.5, 0.5, 0.5], [0.1, 0.2, 0.3]])
VOLUME = abs(np.linalg.det(LATTICE))
STAND_IN = """#!{python}
import json, sys
from pathlib import Path
import numpy as np
program, *arguments = sys.argv[1:]
if arguments == ["--version"]:
    print(json.dumps({{"gpaw": "22.8.0", "ase": "3.22.1"}}))
    sys.exit()
given, folder = json.loads(Path(arguments[0]).read_text()), Path(arguments[1])
with open({asked!r}, "a") as file:
    file.write(json.dumps(given) + "\\n")
(folder / "gpaw.txt").write_text("a stand-in")
if {code}:
    print("KohnShamConvergenceError: did not converge", file=sys.stderr)
    sys.exit({code})
np.save(folder / "density.npy", np.ones((2, 4, 4, 4)) * 6 / {volume})
(folder / "scf.json").write_text(json.dumps({{
    "energy_eV": -1.5, "valence_electrons": 12.0, "total_moment_muB": 0.0,
    "positions": given["positions"],
}}))
"""


def waves(shape):
    """A periodic density that both grids hold exactly, and its longest wave's k² along a."""
    phase = 2 * np.pi * np.arange(shape[0]) / shape[0]
    return np.broadcast_to(1 + 0.5 * np.cos(phase)[:, None, None], shape)


@pytest.fixture
def stand_in(tmp_path):
    """Make an interpreter that ends with a code."""

    def made(code=0):
        python = tmp_path / "python; touch HELLO"
        text = STAND_IN.format(
            python=sys.executable, code=code, volume=VOLUME, asked=str(tmp_path / "asked.jsonl")
        )
        python.write_text(text)
        python.chmod(0o755)
        return str(python)

    return made


def given(**changes):
    asked = {"moments": np.array([3.0, 0.0]), "kpoints": (3, 3, 1), "attempt": gpaw.LADDER[0]}
    return gpaw.asked(CRYSTAL, **(asked | changes))


def asked(tmp_path):
    file = tmp_path / "asked.jsonl"
    return [json.loads(line) for line in file.read_text().splitlines()] if file.is_file() else []


def test_what_is_asked_is_the_structure_as_it_is(tmp_path, stand_in):
    gpaw.run(stand_in(), "Cr", given(moments=None), (4, 4, 4), tmp_path / "runs")
    [read] = asked(tmp_path)
    assert read["elements"] == ["Cr", "Te"] and read["moments"] is None
    assert read["kpoints"] == [3, 3, 1] and read["grid_spacing_angstrom"] == 0.25
    assert 0 < read["convergence_eV_per_electron"] <= 1e-6
    assert read["setups"] == {} and read["relax"] is None
    np.testing.assert_allclose(read["positions"], CRYSTAL.frac_coords)
    np.testing.assert_allclose(read["lattice"], LATTICE)


def test_hubbard_u_is_of_the_elements_that_are_there():
    assert given(hubbard_u={"Cr": 3, "Fe": 4})["setups"] == {"Cr": ":d,3"}
    assert given(hubbard_u={"Cr": 0})["setups"] == {}


def test_a_run_that_has_ended_is_found_again(tmp_path, stand_in):
    first = gpaw.run(stand_in(), "Cr", given(), (8, 6, 10), tmp_path / "runs")
    again = gpaw.run(stand_in(code=9), "Cr", given(), (8, 6, 10), tmp_path / "runs")
    assert len(asked(tmp_path)) == 1 and again == first
    assert first.result["energy_eV"] == -1.5 and first.reason == ""
    assert {file.name for file in first.folder.iterdir()} == {
        "CHGCAR.gz", "gpaw.txt.gz", "run.json",
    }  # fmt: skip
    assert read_charge_file(first.folder / "CHGCAR.gz").charge.shape == (8, 6, 10)
    assert [folder.name for folder in (tmp_path / "runs").iterdir()] == [first.folder.name]
    assert not (tmp_path / "HELLO").exists()


@pytest.mark.parametrize("change", [
    {"moments": np.array([-3.0, 0.0])}, {"kpoints": (6, 6, 1)}, {"attempt": gpaw.LADDER[1]},
    {"hubbard_u": {"Cr": 2}}, {"relax": {"largest_force": 0.05, "most_steps": 9}},
])  # fmt: skip
def test_another_question_is_another_run(tmp_path, stand_in, change):
    first = gpaw.run(stand_in(), "Cr", given(), (4, 4, 4), tmp_path / "runs")
    other = gpaw.run(stand_in(), "Cr", given(**change), (4, 4, 4), tmp_path / "runs")
    assert len(asked(tmp_path)) == 2 and other.folder != first.folder


def test_noise_below_the_digits_is_the_same_question():
    moved = CRYSTAL.copy()
    moved.translate_sites([0], [1e-11, 0, 0])
    plain = {"moments": None, "kpoints": (3, 3, 1), "attempt": gpaw.LADDER[0]}
    assert gpaw.asked(moved, **plain) == gpaw.asked(CRYSTAL, **plain)
    moved.translate_sites([0], [1e-4, 0, 0])
    assert gpaw.asked(moved, **plain) != gpaw.asked(CRYSTAL, **plain)


def test_no_solution_is_on_record_and_not_tried_again(tmp_path, stand_in):
    for _ in range(2):
        code = gpaw.NOT_CONVERGED
        found = gpaw.run(stand_in(code), "Cr", given(), (4, 4, 4), tmp_path / "runs")
        assert found.result is None
        assert found.reason == "KohnShamConvergenceError: did not converge"
    assert len(asked(tmp_path)) == 1


def test_another_end_than_no_solution_is_no_result_and_leaves_nothing(tmp_path, stand_in):
    with pytest.raises(ValueError, match="GPAW ended with code 9: .*did not converge"):
        gpaw.run(stand_in(code=9), "Cr", given(), (4, 4, 4), tmp_path / "runs")
    assert not list((tmp_path / "runs").iterdir())


def test_later_attempts_mix_otherwise_and_then_more_slowly():
    first, second, third = gpaw.LADDER
    assert (first["mixer"], first["beta"], first["smearing_eV"]) == ("sum", 0.1, 0.05)
    assert second["mixer"] == "difference" and third["beta"] < second["beta"] < first["beta"]
    assert third["smearing_eV"] == 0.1 and third["steps"] > second["steps"] > first["steps"]


def test_the_interpreter_is_asked_for_its_versions(tmp_path, monkeypatch, stand_in):
    monkeypatch.chdir(tmp_path)
    assert gpaw.version(stand_in()) == {"gpaw": "22.8.0", "ase": "3.22.1"}
    assert not (tmp_path / "HELLO").exists()


@pytest.mark.parametrize("python", [sys.executable, "/nowhere/python3"])
def test_without_gpaw_one_line_says_what_to_install(python):
    with pytest.raises(ValueError, match="has no GPAW: install the Debian packages gpaw") as told:
        gpaw.version(python)
    assert "\n" not in str(told.value) and "gpaw_python" in str(told.value)


def test_electrons_and_moment_are_exact():
    fine = np.stack([1.01 * waves((16, 12, 20)), 0.4 * waves((16, 12, 20))])
    volume = abs(np.linalg.det(LATTICE))
    electrons, moment = 1.4 * volume, 0.6 * volume
    spins, factors = gpaw.spin_densities(fine, LATTICE, (8, 6, 10), electrons, moment)
    assert spins.shape == (2, 8, 6, 10)
    up, down = integral(spins, LATTICE)
    assert up + down == pytest.approx(electrons, abs=1e-10)
    assert up - down == pytest.approx(moment, abs=1e-10)
    assert factors == pytest.approx([1 / 1.01, 1], abs=1e-10)


def test_a_grid_that_misses_electrons_is_refused():
    fine = np.stack([waves((8, 6, 10))] * 2)
    with pytest.raises(ValueError, match="the spin densities integrate to"):
        gpaw.spin_densities(fine, LATTICE, (8, 6, 10), 2.2 * abs(np.linalg.det(LATTICE)), 0.0)


def test_a_run_without_spin_has_a_magnetization_of_zero():
    volume = abs(np.linalg.det(LATTICE))
    spins, _ = gpaw.spin_densities(waves((8, 6, 10))[None], LATTICE, (8, 6, 10), volume, 0.0)
    assert np.array_equal(spins[0], spins[1]) and spins[0].mean() == pytest.approx(0.5, abs=1e-12)


@pytest.mark.parametrize("name", ["CHGCAR", "CHGCAR.gz"])
def test_the_chgcar_is_read_back(tmp_path, name):
    up, down = resample(1.2 * waves((6, 6, 6)), (8, 6, 10)), 0.3 * waves((8, 6, 10))
    vasp.write_chgcar(tmp_path / name, CRYSTAL, np.stack([up, down]), "Cr_FM GPAW")
    read = read_charge_file(tmp_path / name)
    volume = abs(np.linalg.det(LATTICE))
    assert read.elements == ["Cr", "Te"]
    np.testing.assert_allclose(read.charge, (up + down) * volume, rtol=1e-9)
    np.testing.assert_allclose(read.magnetization, (up - down) * volume, rtol=1e-9)
    np.testing.assert_allclose(read.positions, CRYSTAL.frac_coords, atol=1e-6)
    assert [file.name for file in tmp_path.iterdir()] == [name]
