"""Folders without a charge file of a known name, and files that tools derive from one."""

import pytest

import chgcar_writer as writer
from spinlens.calculations.find import find
from spinlens.calculations.folder_tree import without_charge_file
from spinlens.calculations.run_files import charge_file_kind


@pytest.mark.parametrize("name", ["CHGCAR1", "chgcar", "CHGCAR (1)", "Fe.CHGCAR", "CHGCAR_mag"])
def test_a_file_of_another_name_is_named(tmp_path, name):
    writer.write_run(tmp_path / "a" / "good")
    writer.write_run(tmp_path / "a" / "other", charge_name=name)
    (line,) = without_charge_file(tmp_path)
    assert line["calculation"] == "a_other" and line["source"] == str(tmp_path / "a" / "other")
    assert name in line["reason"] and "pattern" in line["reason"]
    assert [each.id for each in find(tmp_path)] == ["a_good"]


@pytest.mark.parametrize("output", ["OSZICAR", "OUTCAR.gz", "vasprun.xml"])
def test_output_without_any_charge_file_is_named(tmp_path, output):
    writer.write(tmp_path / "run" / output, "text")
    (line,) = without_charge_file(tmp_path)
    assert "LCHARG" in line["reason"] and "\n" not in line["reason"]


def test_nothing_is_said_of_inputs_of_good_runs_and_with_a_pattern(tmp_path):
    writer.write_run(tmp_path / "good")
    writer.write(tmp_path / "inputs" / "INCAR", "ISPIN = 2")
    writer.write(tmp_path / "good" / "notes" / "README", "text")
    assert without_charge_file(tmp_path) == []
    writer.write(tmp_path / "run" / "OSZICAR", "text")
    assert without_charge_file(tmp_path, "{name}/CHGCAR") == []
    assert len(without_charge_file(tmp_path)) == 1


@pytest.mark.parametrize("part", ["mag", "tot", "up", "dn", "sum", "diff", "mag.vasp"])
@pytest.mark.parametrize("stem", ["CHGCAR_", "CHG_", "CHGCAR."])
def test_what_tools_derive_from_a_charge_file_is_none(tmp_path, stem, part):
    assert charge_file_kind(stem + part) == charge_file_kind(f"{stem}{part}.gz") == ""
    writer.write_run(tmp_path / "run", charge_name="CHGCAR.static")
    writer.write(tmp_path / "run" / (stem + part), writer.charge_text(writer.magnetic_blocks()[:1]))
    (found,) = find(tmp_path)
    assert found.charge_file.endswith("CHGCAR.static") and found.note == ""


@pytest.mark.parametrize("suffix", [".static", ".relax2", "_relax", ".updated", ".magnetic"])
def test_a_suffix_of_a_run_is_none_of_theirs(suffix):
    assert charge_file_kind(f"CHGCAR{suffix}") == "CHGCAR"
