"""Which files belong together, and which part of the densities each holds."""

import os

import pytest

import chgcar_writer as writer
import other_formats
from spinlens.calculations.density_parts import (
    cube_sets,
    is_pymatgen_json,
    part_set,
    role,
    shared_format,
)
from spinlens.calculations.find import find, stamp
from spinlens.calculations.folder_tree import without_charge_file

CRYSTAL = writer.Crystal()


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("CHGCAR_up", "up"),
        ("SPIN_DW", "down"),
        ("dn", "down"),
        ("SPIN_UP", "up"),
        ("He-SPIN_DENSITY-1_0", "magnetization"),
        ("He-ELECTRON_DENSITY-1_0", "charge"),
        ("total", "charge"),
        ("mag", "magnetization"),
        ("supper", ""),
        ("magnesium", ""),
    ],
)
def test_words_of_a_name_tell_the_part(text, part):
    assert role(text) == part


def test_sets_of_cube_files():
    files = ["NiO_charge.cube", "NiO_spin.cube.gz", "Fe-up.cube", "Fe-down.cub", "homo.cube", "up"]
    assert cube_sets(files) == {
        "NiO": {"charge": "NiO_charge.cube", "magnetization": "NiO_spin.cube.gz"},
        "Fe": {"up": "Fe-up.cube", "down": "Fe-down.cub"},
    }
    assert part_set("x_ELECTRON_DENSITY-1_0.cube") == part_set("x_SPIN_DENSITY-1_0.cube")
    assert [shared_format(n) for n in ("a.json.gz", "a.cub", "CHGCAR.gz")] == ["json", "cube", ""]


@pytest.fixture
def tree(tmp_path):
    blocks = writer.magnetic_blocks()
    content = other_formats.pymatgen_dict(blocks, CRYSTAL)
    other_formats.write_json(tmp_path / "mp-1.json.gz", content)
    other_formats.write_json(tmp_path / "set" / "mp-2.json", content)
    other_formats.write_json(tmp_path / "set" / "mp-3.json", {"fs_id": "6", "data": content})
    other_formats.write_json(tmp_path / "set" / "notes.json", {"@class": "Structure"})
    writer.write(tmp_path / "vasp" / "CHGCAR", "x")
    other_formats.write_json(tmp_path / "vasp" / "chgcar.json", content)
    for name in ("charge", "spin"):
        writer.write(tmp_path / "cp2k" / f"{name}.cube", "x")
        writer.write(tmp_path / "both" / f"NiO-{name}.cube", "x")
        writer.write(tmp_path / "both" / f"MnO-{name}.cube", "x")
    writer.write(tmp_path / "both" / "OUTCAR", "x")
    return tmp_path


def test_each_json_and_each_pair_is_a_calculation(tree):
    found = {each.id: each for each in find(tree)}
    assert sorted(found) == ["both_MnO", "both_NiO", "cp2k", "mp-1", "set_mp-2", "set_mp-3", "vasp"]
    assert os.path.basename(found["vasp"].charge_file) == "CHGCAR"
    assert {role: os.path.basename(p) for role, p in found["both_NiO"].parts.items()} == {
        "charge": "NiO-charge.cube",
        "magnetization": "NiO-spin.cube",
    }
    assert found["both_NiO"].shared and not found["cp2k"].shared  # whose OUTCAR would it be?
    assert without_charge_file(tree) == []
    before = stamp(found["both_NiO"])
    writer.write(tree / "both" / "NiO-spin.cube", "longer")
    assert stamp(found["both_NiO"]) != before


def test_only_the_class_makes_a_json_a_calculation(tree):
    assert is_pymatgen_json(tree / "mp-1.json.gz")
    assert not is_pymatgen_json(tree / "set" / "notes.json")
    assert not is_pymatgen_json(tree / "vasp" / "CHGCAR")
    writer.write(tree / "cut.json.gz", "x").write_bytes(b"\x1f\x8bcut")
    assert not is_pymatgen_json(tree / "cut.json.gz")


def test_a_pattern_names_the_parts(tmp_path):
    for order in ("FM", "AFM"):
        for part in ("up", "dn", "tot", "mag.vasp"):
            writer.write(tmp_path / order / f"CHGCAR_{part}", "x")
    found = {each.id: each for each in find(tmp_path, "{order}/CHGCAR_{density}")}
    assert sorted(found) == ["AFM", "FM"]
    assert found["FM"].names == {"order": "FM"}
    assert {*found["FM"].parts} == {"up", "down", "charge", "magnetization"}
    assert find(tmp_path) == []  # without a pattern they are the files of no run


def test_a_pattern_of_json_files_keeps_them_apart(tmp_path):
    for name in ("a", "b"):
        writer.write(tmp_path / f"{name}.json", "{}")
    assert [each.id for each in find(tmp_path, "*.json")] == ["a", "b"]
