"""Lengths of cells from the beginning of charge files of every format."""

import numpy as np
import pytest

import chgcar_writer as writer
import other_formats
from spinlens.calculations.cell_lengths import longest
from spinlens.calculations.find import find

CRYSTAL = writer.Crystal()
LENGTHS = np.linalg.norm(CRYSTAL.lattice, axis=1)
BLOCKS = writer.magnetic_blocks()


def write_chgcar(root):
    writer.write(root / "run" / "CHGCAR.gz", writer.charge_text(BLOCKS))


def write_scaled(root):
    lines = writer.charge_text(BLOCKS).splitlines(keepends=True)
    lines[1] = " 2.0\n"
    lines[2:5] = [" ".join(str(x / 2) for x in row) + "\n" for row in CRYSTAL.lattice]
    writer.write(root / "run" / "CHG", "".join(lines))


def write_json(root):
    content = other_formats.pymatgen_dict(BLOCKS, CRYSTAL)
    other_formats.write_json(root / "mp-1.json.gz", content)


def write_cubes(root):
    for name in ("charge", "spin"):
        other_formats.write_cube_file(root / f"{name}.cube", BLOCKS[0], CRYSTAL)


@pytest.mark.parametrize("write", [write_chgcar, write_scaled, write_json, write_cubes])
def test_lengths_of_every_format(tmp_path, write):
    write(tmp_path)
    np.testing.assert_allclose(longest(find(tmp_path)), LENGTHS, atol=1e-4)


def test_the_longest_of_many_and_what_cannot_be_read(tmp_path):
    write_chgcar(tmp_path)
    writer.write(tmp_path / "empty" / "CHGCAR", "")
    writer.write(tmp_path / "text" / "CHGCAR", "removed\n" * 9)
    long = writer.Crystal(lattice=((3.0, 0, 0), (0, 3.0, 0), (0, 0, 20.0)))
    writer.write(tmp_path / "long" / "CHGCAR", writer.charge_text(BLOCKS, long))
    np.testing.assert_allclose(longest(find(tmp_path)), [LENGTHS[0], LENGTHS[1], 20.0], atol=1e-4)
    only_bad = [each for each in find(tmp_path) if each.id in ("empty", "text")]
    assert longest(only_bad) is None and longest([]) is None
