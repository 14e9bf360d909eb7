"""Damaged files of every format: excluded, or the right numbers.

Undetectable, and so admitted, is what leaves the electrons within 0.01 e of NELECT, the moment
within 0.01 μB of the reported one and the structure within a rounding of POSCAR: the last digits
of a number, or lines exchanged within a grid. Everything else must be refused. Hypothesis draws the
damage and shrinks a failure; the examples are the same each time.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

import chgcar_writer as writer
import mutations
import other_formats
from spinlens.calculations.charge_file import read_charge_file
from spinlens.calculations.checks import check
from spinlens.calculations.labels import read_labels
from spinlens.core.errors import Excluded

QUICK = settings(
    max_examples=100,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
MANY = settings(QUICK, max_examples=500)
CRYSTAL = writer.Crystal()
COLLINEAR = writer.magnetic_blocks()
KINDS = {
    "collinear": (COLLINEAR, {}),
    "antiferromagnetic": (writer.magnetic_blocks(moments=(3.0, -3.0, 0.0)), {}),
    "noncollinear": (writer.noncollinear_blocks(), {}),
    "bare": (COLLINEAR, {"augmentation": False, "per_ion_moments": False}),
    "one block": (COLLINEAR[:1], {}),
    "ten columns": (COLLINEAR, {"columns": 10}),
}
SMALL_FILES = ("OSZICAR", "OUTCAR", "POSCAR", "CONTCAR")


@dataclass(frozen=True)
class Run:
    """A good run: the folder, its charge file as it should be, and what reading it gives."""

    file: Path
    known: dict[str, Any]
    sections: list[bytes]
    right: Any

    @property
    def content(self):
        return b"".join(self.sections)


def good_run(file, sections):
    file.write_bytes(b"".join(sections))
    right, known = read_charge_file(file), read_labels(file.parent)
    check(right, known)
    return Run(file, known, sections, right)


@pytest.fixture(scope="module")
def chgcars(tmp_path_factory):
    made = {}
    for kind, (blocks, layout) in KINDS.items():
        folder = writer.write_run(tmp_path_factory.mktemp("run"), blocks=blocks, **layout)
        sections = [part.encode() for part in writer.charge_sections(blocks, **layout)]
        made[kind] = good_run(folder / "CHGCAR", sections)
    return made


def hdf5_of_pymatgen(path):
    with h5py.File(path, "w") as file:
        for key, block in zip(("total", "diff"), COLLINEAR, strict=True):
            file[f"vdata/{key}"] = block
        file["lattice"] = CRYSTAL.lattice
        file["fcoords"] = CRYSTAL.positions
        file["Z"] = [24, 24, 52]


def hdf5_of_vasp(path):
    with h5py.File(path, "w") as file:
        file["charge/charge"] = np.stack([block.T for block in COLLINEAR])
        group = file.create_group("structure/positions")
        group["scale"] = 1.0
        group["lattice_vectors"] = CRYSTAL.lattice
        group["position_ions"] = CRYSTAL.positions
        group["number_ion_types"] = CRYSTAL.counts
        group["ion_types"] = np.array(CRYSTAL.symbols, dtype="S2")
        group["direct_coordinates"] = 1


def json_of_pymatgen(path):
    path.write_text(json.dumps(other_formats.pymatgen_dict(COLLINEAR, CRYSTAL)))


@pytest.fixture(scope="module")
def other_runs(tmp_path_factory):
    made = {}
    for name, write in (
        ("vaspwave.h5", hdf5_of_vasp), ("CHGCAR.h5", hdf5_of_pymatgen), ("a.json", json_of_pymatgen)
    ):  # fmt: skip
        folder = writer.write_run(tmp_path_factory.mktemp("run"))
        (folder / "CHGCAR").unlink()
        write(folder / name)
        made[name] = good_run(folder / name, [(folder / name).read_bytes()])
    return made


def grids(charge_file):
    stored = charge_file.magnetization
    if stored is None:
        return [charge_file.charge]
    return [charge_file.charge, *([stored] if stored.ndim == 3 else stored)]


def assert_right(found, right):
    assert len(grids(found)) == len(grids(right))
    for grid, expected in zip(grids(found), grids(right), strict=True):
        assert grid.shape == expected.shape
        assert abs(grid.mean() - expected.mean()) <= 0.01 + 1e-6
    np.testing.assert_allclose(found.lattice, right.lattice, rtol=0, atol=0.02)
    apart = found.positions - right.positions
    apart = (apart - np.rint(apart)) @ right.lattice
    np.testing.assert_allclose(apart, 0, rtol=0, atol=0.05)
    assert found.elements == right.elements


def outcome(run, changed):
    """Excluded, untouched or harmless, of a run with another content of its charge file."""
    run.file.write_bytes(changed)
    try:
        found = read_charge_file(run.file)
        check(found, run.known)
    except Excluded as reason:
        assert "\n" not in str(reason) and len(str(reason)) > 20
        return "excluded"
    assert_right(found, run.right)
    same = all(map(np.array_equal, grids(found), grids(run.right)))
    return "untouched" if same else "harmless"


def damaged_chgcar(data, runs):
    run = runs[data.draw(st.sampled_from(list(KINDS)))]
    return run, mutations.mutated(data.draw, mutations.OF_BLOCKS, run.content, run.sections)


def shares(counts):
    total = sum(counts.values())
    return {name: counts.get(name, 0) / total for name in ("excluded", "untouched", "harmless")}


@pytest.mark.parametrize("amount", [QUICK, pytest.param(MANY, marks=pytest.mark.slow)])
def test_a_damaged_chgcar_is_excluded_or_harmless(chgcars, amount):
    counts: dict[str, int] = {}

    @seed(1)
    @amount
    @given(st.data())
    def every_damage(data):
        result = outcome(*damaged_chgcar(data, chgcars))
        counts[result] = counts.get(result, 0) + 1

    every_damage()
    found = shares(counts)
    assert found["excluded"] > 0.5  # most damage is found out
    assert 0 < found["untouched"] and found["harmless"] < 0.15  # a wrong digit is rarely so small


@pytest.mark.parametrize("name", ["vaspwave.h5", "CHGCAR.h5", "a.json"])
@pytest.mark.parametrize("amount", [QUICK, pytest.param(MANY, marks=pytest.mark.slow)])
def test_a_damaged_hdf5_or_json_is_excluded_or_harmless(other_runs, name, amount):
    counts: dict[str, int] = {}

    @seed(2)
    @amount
    @given(st.data())
    def every_damage(data):
        run = other_runs[name]
        result = outcome(run, mutations.mutated(data.draw, mutations.OF_BYTES, run.content))
        counts[result] = counts.get(result, 0) + 1

    every_damage()
    assert shares(counts)["excluded"] > 0.3


@pytest.mark.slow
def test_the_checks_are_what_finds_wrong_numbers(chgcars):
    """Negative control: read without labels, structure and checks, wrong numbers get in."""
    wrong = []

    @seed(1)
    @MANY
    @given(st.data())
    def every_damage(data):
        run, changed = damaged_chgcar(data, chgcars)
        run.file.write_bytes(changed)
        try:
            assert_right(read_charge_file(run.file), run.right)
        except Excluded:
            pass
        except AssertionError:
            wrong.append(changed)

    every_damage()
    assert len(wrong) > 10


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_damage_to_a_compressed_file_is_found_by_its_checksum(chgcars, tmp_path, ending):
    run = chgcars["collinear"]
    whole = writer.write(tmp_path / f"CHGCAR{ending}", run.content).read_bytes()
    results = []

    @seed(3)
    @settings(QUICK, max_examples=60)
    @given(st.data())
    def every_damage(data):
        (tmp_path / "CHGCAR").write_bytes(mutations.mutated(data.draw, mutations.OF_BYTES, whole))
        try:
            found = read_charge_file(tmp_path / "CHGCAR")
        except Excluded:
            results.append("excluded")
        else:
            assert all(map(np.array_equal, grids(found), grids(run.right)))

    every_damage()
    assert len(results) > 30


def assert_labels_right(known):
    if "total_moment_muB" in known:
        assert known["total_moment_muB"].value == pytest.approx(5.8, abs=0.011)
    if "valence_electrons" in known:
        assert known["valence_electrons"].value == pytest.approx(18, abs=0.011)


def check_damaged_labels(file, right, amount):
    whole, admitted = file.read_bytes(), []

    @seed(4)
    @amount
    @given(st.data())
    def every_damage(data):
        file.write_bytes(mutations.mutated(data.draw, mutations.OF_LINES, whole))
        try:
            known = read_labels(file.parent)
            check(right, known)
        except Excluded as reason:
            assert "\n" not in str(reason)
        else:
            admitted.append(1)
            assert_labels_right(known)

    try:
        every_damage()
    finally:
        file.write_bytes(whole)
    assert admitted


@pytest.mark.parametrize("name", SMALL_FILES)
@pytest.mark.parametrize("amount", [QUICK, pytest.param(MANY, marks=pytest.mark.slow)])
def test_damage_to_a_small_file_excludes_or_changes_nothing_that_is_checked(chgcars, name, amount):
    run = chgcars["collinear"]
    run.file.write_bytes(run.content)
    check_damaged_labels(run.file.with_name(name), run.right, amount)


@pytest.mark.parametrize("amount", [QUICK, pytest.param(MANY, marks=pytest.mark.slow)])
def test_damage_to_vasprun_excludes_or_changes_nothing_that_is_checked(tmp_path, amount):
    folder = writer.write_run(tmp_path)
    for name in ("OSZICAR", "OUTCAR"):
        (folder / name).unlink()
    file = writer.write(folder / "vasprun.xml", writer.vasprun_text(CRYSTAL, moment=5.8))
    right, known = read_charge_file(folder / "CHGCAR"), read_labels(folder)
    check(right, known)
    assert {"total_moment_muB", "valence_electrons"} <= known.keys()
    check_damaged_labels(file, right, amount)
