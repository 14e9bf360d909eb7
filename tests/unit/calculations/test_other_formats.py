"""Densities in pymatgen's JSON, in cube pairs and in split files are those of the CHGCAR."""

import json
from dataclasses import replace

import numpy as np
import pytest

import bulk_magnets
import chgcar_writer as writer
import other_formats
from spinlens.calculations import charge_file
from spinlens.calculations.charge_file import read_charge_file
from spinlens.calculations.charge_parts import read_parts
from spinlens.calculations.checks import check
from spinlens.calculations.find import find
from spinlens.calculations.split import split
from spinlens.core.errors import Excluded

CRYSTAL = writer.Crystal()
BLOCKS = writer.magnetic_blocks()
SETTINGS = {
    "moment_tolerance_muB": 0.01,
    "unconverged": "exclude",
    "nonmagnetic": "exclude",
    "moment_axis": None,
}


def same(found, blocks, relative=1e-12):
    grids = [found.charge] if found.magnetization is None else [found.charge, found.magnetization]
    if len(blocks) == 4:
        grids = [found.charge, *found.magnetization]
    for grid, block in zip(grids, blocks, strict=True):
        np.testing.assert_allclose(grid, block, rtol=0, atol=relative * np.abs(block).max())
    np.testing.assert_allclose(found.lattice, CRYSTAL.lattice, atol=1e-5)
    assert found.elements == list(CRYSTAL.elements)
    check(found, {})


@pytest.mark.parametrize("blocks", [BLOCKS[:1], BLOCKS, writer.noncollinear_blocks()])
@pytest.mark.parametrize("wrapped", [False, True])
def test_json_of_pymatgen(tmp_path, blocks, wrapped):
    content = other_formats.pymatgen_dict(blocks, CRYSTAL)
    content = {"fs_id": "5f1", "data": content} if wrapped else content
    path = other_formats.write_json(tmp_path / "mp-1.json.gz", content)
    same(read_charge_file(path), blocks)


def test_json_with_a_made_up_diff_of_a_noncollinear_run(tmp_path):
    blocks = writer.noncollinear_blocks()
    content = other_formats.pymatgen_dict(blocks, CRYSTAL)
    content["data"]["diff"] = content["data"]["diff_x"]
    same(read_charge_file(other_formats.write_json(tmp_path / "a.json", content)), blocks)


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda c: c["poscar"]["structure"]["lattice"].update(a=4.2), "3.9 and 4.2 Å long"),
        (lambda c: c["poscar"]["structure"]["sites"][0].update(xyz=[0, 0, 0]), "two positions"),
        (lambda c: c["data"]["diff"]["data"].pop(), "shapes"),
        (lambda c: c["data"]["total"]["data"][0][0].pop(), "cannot be read"),
        (lambda c: c["data"]["total"]["data"][0][0].__setitem__(0, float("nan")), "not finite"),
        (lambda c: c.update({"@class": "Locpot"}), "no Chgcar"),
        (lambda c: c["data"].pop("total"), "total"),
        (lambda c: c.pop("poscar"), "structure"),
    ],
)
def test_a_damaged_json_is_excluded(tmp_path, change, why):
    content = other_formats.pymatgen_dict(BLOCKS, CRYSTAL)
    change(content)
    path = other_formats.write_json(tmp_path / "a.json", content)
    with pytest.raises(Excluded, match=why):
        read_charge_file(path)
    path.write_text(json.dumps(content)[:-9])
    with pytest.raises(Excluded, match=r"a\.json cannot be read"):
        read_charge_file(path)


@pytest.mark.parametrize("origin", [(0.0, 0.0, 0.0), (0.5, -0.3, 0.2)])
@pytest.mark.parametrize("unit", ["Bohr", "Å"])
def test_a_pair_of_cube_files(tmp_path, unit, origin):
    layout = {"origin": origin} | ({"unit": 1.0} if unit == "Å" else {})
    parts = {
        role: str(
            other_formats.write_cube_file(tmp_path / f"{role}.cube", block, CRYSTAL, **layout)
        )
        for role, block in zip(("charge", "magnetization"), BLOCKS, strict=True)
    }
    found = read_parts(parts, str(tmp_path))
    same(found, BLOCKS, relative=1e-6)
    assert ("e Å⁻³" in found.note) == (unit == "Å")
    np.testing.assert_allclose(found.positions % 1, np.array(CRYSTAL.positions) % 1, atol=1e-5)


UP, DOWN = (BLOCKS[0] + BLOCKS[1]) / 2, (BLOCKS[0] - BLOCKS[1]) / 2
STORED = {"charge": BLOCKS[0], "magnetization": BLOCKS[1], "up": UP, "down": DOWN}


def parts_of(folder, roles, **other):
    for role in roles:
        text = writer.charge_text([STORED[role]], other.get(role, CRYSTAL))
        writer.write(folder / f"CHGCAR_{role}", text)
    return {role: str(folder / f"CHGCAR_{role}") for role in roles}


@pytest.mark.parametrize(
    "roles",
    [("charge", "magnetization"), ("up", "down"), ("charge", "up"), ("charge", "down"),
     ("charge", "up", "down")],
)  # fmt: skip
def test_split_files(tmp_path, roles):
    found = read_parts(parts_of(tmp_path, roles), str(tmp_path))
    same(found, BLOCKS, relative=1e-9)
    assert all(f"CHGCAR_{role}" in found.note for role in roles)


def test_parts_that_do_not_belong_together(tmp_path):
    moved = replace(CRYSTAL, positions=((0.3, 0.666667, 0.25), *CRYSTAL.positions[1:]))
    with pytest.raises(Excluded, match="different cells or atoms"):
        read_parts(parts_of(tmp_path, ("up", "down"), up=moved), str(tmp_path))
    with pytest.raises(Excluded, match="a charge density and a spin density are needed"):
        read_parts(parts_of(tmp_path, ("magnetization",)), str(tmp_path))
    parts = parts_of(tmp_path, ("charge", "up", "down"))
    writer.write(tmp_path / "CHGCAR_up", writer.charge_text([BLOCKS[0]]))
    with pytest.raises(Excluded, match="not the sum"):
        read_parts(parts, str(tmp_path))
    writer.write(tmp_path / "CHGCAR_up", writer.charge_text(BLOCKS))
    with pytest.raises(Excluded, match="more than one density"):
        read_parts(parts, str(tmp_path))
    writer.write(
        tmp_path / "CHGCAR_up", writer.charge_text(writer.magnetic_blocks(shape=(4, 4, 4))[:1])
    )
    with pytest.raises(Excluded, match="different grids"):
        read_parts(parts, str(tmp_path))


def test_orbitals_in_a_cube_file_are_refused(tmp_path):
    path = other_formats.write_cube_file(tmp_path / "charge.cube", BLOCKS[0], CRYSTAL)
    lines = path.read_text().splitlines(keepends=True)
    lines[2] = lines[2].replace("3", "-3", 1)
    path.write_text("".join(lines))
    with pytest.raises(Excluded, match="orbitals"):
        read_charge_file(path)


def test_all_forms_give_one_record(tmp_path):
    """The same densities by CHGCAR, JSON, cubes and split files, through the whole of split."""
    writer.write(tmp_path / "vasp" / "CHGCAR", writer.charge_text(BLOCKS))
    content = other_formats.pymatgen_dict(BLOCKS, CRYSTAL)
    other_formats.write_json(tmp_path / "json" / "x.json.gz", content)
    for role, block in zip(("charge", "spin"), BLOCKS, strict=True):
        other_formats.write_cube_file(tmp_path / "cube" / f"{role}.cube.gz", block, CRYSTAL)
    records = {each.id: split(each, {}, "", SETTINGS) for each in find(tmp_path)}
    assert sorted(records) == ["cube", "json", "vasp"]
    right = records["vasp"].arrays
    for record in records.values():
        assert "excluded" not in record.attributes
        for name in ("charge", "magnetization", "lattice", "site_moment"):
            scale = np.abs(right[name]).max()
            np.testing.assert_allclose(record.arrays[name], right[name], rtol=0, atol=2e-6 * scale)


def voronoi_of_pair(folder):
    """Moments of the Voronoi regions of O2, whose middle plane both atoms share, by format."""
    trees = bulk_magnets.write_trees(folder)
    found = {}
    for kind in ("vasp", "cube"):
        (own,) = [each for each in find(trees[kind]) if each.id == "O2"]
        found[kind] = split(own, {}, "", SETTINGS).arrays["site_moment_voronoi"]
    return found


def test_rounded_vectors_of_a_cube_do_not_break_the_symmetry_of_regions(tmp_path, monkeypatch):
    found = voronoi_of_pair(tmp_path / "right")
    np.testing.assert_allclose(found["cube"], found["vasp"], rtol=5e-6)
    monkeypatch.setattr(charge_file, "cube_position_error", lambda shape: 0.0)
    without = voronoi_of_pair(tmp_path / "wrong")
    assert np.abs(without["cube"] / without["vasp"] - 1).max() > 1e-2
