"""Charge files of every kind: the right grids, or Excluded with one line that says what to fix."""

import os
import socket
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

import chgcar_writer as writer
from spinlens.calculations.charge_file import read_charge_file
from spinlens.core.errors import Excluded

CRYSTAL = writer.Crystal()
BLOCKS = writer.magnetic_blocks()
SECTIONS = writer.charge_sections(BLOCKS)
NAMES = ["header", "grid 1", "augmentation 1", "moments", "grid 2", "augmentation 2"]


def read_text(tmp_path, text, name="CHGCAR"):
    return read_charge_file(writer.write(tmp_path / name, text))


def refusal(tmp_path, text, name="CHGCAR"):
    with pytest.raises(Excluded) as reason:
        read_text(tmp_path, text, name)
    line = str(reason.value)
    assert "\n" not in line and len(line) > 20
    return line


def assert_holds(charge_file, blocks, relative=1e-10):
    largest = np.abs(blocks[0]).max()
    grids = [charge_file.charge]
    if charge_file.magnetization is not None:
        stored = charge_file.magnetization
        grids += [stored] if stored.ndim == 3 else list(stored)
    assert len(grids) == len(blocks)
    for grid, block in zip(grids, blocks, strict=True):
        np.testing.assert_allclose(grid, block, rtol=0, atol=largest * relative)


@pytest.mark.parametrize(
    "layout",
    [
        {},
        {"header": "slash"},
        {"header": "hash"},
        {"selective": True},
        {"columns": 10},
        {"columns": 7},
        {"augmentation": False},
        {"augmentation": False, "per_ion_moments": False},
        {"newline": "\r\n"},
    ],
    ids=str,
)
def test_every_layout_gives_the_same_grids_cell_and_atoms(tmp_path, layout):
    found = read_text(tmp_path, writer.charge_text(BLOCKS, **layout))
    assert_holds(found, BLOCKS)
    np.testing.assert_allclose(found.lattice, CRYSTAL.lattice, atol=1e-9)
    np.testing.assert_allclose(found.positions, CRYSTAL.positions, atol=1e-9)
    assert found.elements == ["Cr", "Cr", "Te"]
    assert (found.formula, found.groups, found.elements_source) == ("Cr2Te", [2, 1], "CHGCAR")


def test_axes_are_not_exchanged(tmp_path):
    shape = (5, 7, 9)
    grid = 18 + np.arange(5.0)[:, None, None] + np.arange(9.0)[None, None, :] + np.zeros(shape)
    found = read_text(tmp_path, writer.charge_text([grid, 0 * grid]))
    assert found.charge.shape == shape
    assert_holds(found, [grid, 0 * grid])


@pytest.mark.parametrize("number", [1, 2, 4])
def test_blocks(tmp_path, number):
    blocks = writer.noncollinear_blocks() if number == 4 else BLOCKS[:number]
    found = read_text(tmp_path, writer.charge_text(blocks))
    assert_holds(found, blocks)
    shapes = {1: None, 2: (6, 6, 8), 4: (3, 6, 6, 8)}
    stored = found.magnetization
    assert shapes[number] == (None if stored is None else stored.shape)


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz", ".relax2.gz", ".relax1"])
def test_compressed_and_suffixed_names(tmp_path, ending):
    found = read_text(tmp_path, writer.charge_text(BLOCKS), f"CHGCAR{ending}")
    assert_holds(found, BLOCKS)


def test_zstandard_is_read_or_says_what_to_install(tmp_path):
    path = tmp_path / "CHGCAR.zst"
    try:
        import zstandard
    except ImportError:
        path.write_bytes(b"\x28\xb5\x2f\xfd" + bytes(20))
        with pytest.raises(Excluded, match="install the Python package zstandard"):
            read_charge_file(path)
        return
    path.write_bytes(zstandard.compress(writer.charge_text(BLOCKS).encode()))
    assert_holds(read_charge_file(path), BLOCKS)
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(Excluded):
        read_charge_file(path)


def test_content_counts_more_than_the_ending(tmp_path):
    zipped = writer.write(tmp_path / "CHGCAR.gz", writer.charge_text(BLOCKS)).read_bytes()
    assert_holds(read_text(tmp_path, zipped, "CHGCAR"), BLOCKS)
    assert "compress" in refusal(tmp_path, b"\x1f\x9d\x90rest", "CHGCAR.Z")


def test_the_charge_of_a_chg_file_survives_its_few_digits(tmp_path):
    def short(number):
        return writer.fortran(number, digits=5)

    found = read_text(tmp_path, writer.charge_text(BLOCKS, columns=10, number=short), "CHG")
    assert_holds(found, BLOCKS, relative=5e-5)
    assert found.charge.mean() == pytest.approx(18, abs=1e-3)


def test_numbers_without_leading_zero(tmp_path):
    def bare(number):
        return writer.fortran(number, leading_zero=False)

    text = writer.charge_text([BLOCKS[0], -BLOCKS[1]], number=bare)
    assert " -." in text and " ." in text and " 0." not in "".join(text.splitlines()[13:])
    assert_holds(read_text(tmp_path, text), [BLOCKS[0], -BLOCKS[1]])


def test_exponents_of_three_digits_lose_their_letter_and_are_still_numbers(tmp_path):
    tiny = BLOCKS[1].copy()
    tiny[0, 0, 0], tiny[3, 2, 1] = 1.25e-101, -3.5e-150
    text = writer.charge_text([BLOCKS[0], tiny])
    assert "-100" in text and "E-100" not in text
    found = read_text(tmp_path, text)
    assert_holds(found, [BLOCKS[0], tiny])
    assert found.magnetization[0, 0, 0] == pytest.approx(1.25e-101, rel=1e-9)
    assert "three-digit exponents" in found.note


def test_a_cartesian_header_and_a_scale_factor(tmp_path):
    lines = writer.charge_text(BLOCKS).splitlines()
    lattice = np.array(CRYSTAL.lattice)
    lines[1] = "  2.0"
    lines[2:5] = [" ".join(f"{x / 2:.9f}" for x in row) for row in lattice]
    lines[7] = "Cartesian"
    cartesian = np.array(CRYSTAL.positions) @ lattice / 2
    lines[8:11] = [" ".join(f"{x:.9f}" for x in row) for row in cartesian]
    found = read_text(tmp_path, "\n".join(lines) + "\n")
    np.testing.assert_allclose(found.lattice, lattice, atol=1e-7)
    np.testing.assert_allclose(found.positions, CRYSTAL.positions, atol=1e-6)
    lines[1] = f"  {-abs(np.linalg.det(lattice)):.9f}"
    lines[7:11] = ["Direct"] + [" ".join(map(str, site)) for site in CRYSTAL.positions]
    found = read_text(tmp_path, "\n".join(lines) + "\n")
    np.testing.assert_allclose(found.lattice, lattice, atol=1e-6)


def test_many_atoms_glue_their_number_to_the_word_occupancies(tmp_path):
    text = writer.charge_text(BLOCKS).replace("occupancies   3   7", "occupancies1003   7")
    assert_holds(read_text(tmp_path, text), BLOCKS)


@pytest.mark.parametrize("file", ["POTCAR", "OUTCAR", "POSCAR", "CONTCAR"])
def test_elements_that_a_vasp_4_header_lacks_come_from_beside_it(tmp_path, file):
    texts = {
        "POTCAR": writer.potcar_text(CRYSTAL),
        "OUTCAR": writer.outcar_text(CRYSTAL),
        "POSCAR": writer.poscar_text(CRYSTAL),
        "CONTCAR": writer.poscar_text(CRYSTAL),
    }
    writer.write(tmp_path / f"{file}.gz", texts[file])
    found = read_text(tmp_path, writer.charge_text(BLOCKS, header="vasp4"))
    assert found.elements == ["Cr", "Cr", "Te"]
    assert found.elements_source == f"{file}.gz"
    assert file in found.note


def test_elements_that_nobody_knows_are_not_made_up(tmp_path):
    text = writer.charge_text(BLOCKS, header="vasp4")
    assert "POTCAR" in refusal(tmp_path, text)
    iron = writer.Crystal(elements=("Fe",) * 3, valences=(8.0,))
    writer.write(tmp_path / "POTCAR", writer.potcar_text(iron))
    assert "POTCAR" in refusal(tmp_path, text)


@pytest.mark.parametrize("number", [1, 2, 4])
def test_pymatgen_hdf5(tmp_path, number):
    h5py = pytest.importorskip("h5py")
    blocks = writer.noncollinear_blocks() if number == 4 else BLOCKS[:number]
    keys = {1: ["total"], 2: ["total", "diff"], 4: ["total", "diff_x", "diff_y", "diff_z"]}[number]
    path = tmp_path / "CHGCAR.h5"
    with h5py.File(path, "w") as file:
        file["lattice"] = np.array(CRYSTAL.lattice)
        file["Z"] = np.array([24, 24, 52])
        file["fcoords"] = np.array(CRYSTAL.positions)
        for key, block in zip(keys, blocks, strict=True):
            file[f"vdata/{key}"] = block
        if number == 4:
            file["vdata/diff"] = np.full_like(blocks[0], 99.0)
    found = read_charge_file(path)
    assert_holds(found, blocks)
    assert found.elements == ["Cr", "Cr", "Te"]


def write_vasp_hdf5(path, blocks=None, atoms="structure/positions"):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        if blocks is not None:
            file["charge/charge"] = np.stack([block.T for block in blocks])
            file["charge/grid"] = np.array(blocks[0].shape)
        if atoms:
            group = file.create_group(atoms)
            group["scale"] = 1.0
            group["lattice_vectors"] = np.array(CRYSTAL.lattice)
            group["position_ions"] = np.array(CRYSTAL.positions)
            group["ion_types"] = np.array([b"Cr", b"Te"])
            group["number_ion_types"] = np.array([2, 1])
            group["direct_coordinates"] = 1
    return path


@pytest.mark.parametrize("name", ["vaspwave.h5", "vaspout.h5"])
def test_vasp_hdf5(tmp_path, name):
    atoms = "structure/positions" if name == "vaspwave.h5" else "results/positions"
    found = read_charge_file(write_vasp_hdf5(tmp_path / name, BLOCKS, atoms))
    assert_holds(found, BLOCKS)
    assert (found.formula, found.groups) == ("Cr2Te", [2, 1])
    np.testing.assert_allclose(found.lattice, CRYSTAL.lattice)


def test_vaspwave_takes_its_atoms_from_vaspout_beside_it(tmp_path):
    path = write_vasp_hdf5(tmp_path / "vaspwave.h5", writer.noncollinear_blocks(), atoms="")
    with pytest.raises(Excluded, match="keep vaspout.h5 beside it"):
        read_charge_file(path)
    write_vasp_hdf5(tmp_path / "vaspout.h5", atoms="results/positions")
    assert_holds(read_charge_file(path), writer.noncollinear_blocks())
    with pytest.raises(Excluded, match="has no charge density"):
        read_charge_file(tmp_path / "vaspout.h5")


@pytest.mark.parametrize(
    "blocks",
    [
        [BLOCKS[0]] * 3,
        [np.full_like(BLOCKS[0], np.nan)] * 2,
        [BLOCKS[0][0]] * 2,
        [BLOCKS[0][:, :, :0]] * 2,
    ],
    ids=["three blocks", "not finite", "flat", "empty"],
)
def test_hdf5_that_holds_no_whole_density(tmp_path, blocks):
    with pytest.raises(Excluded):
        read_charge_file(write_vasp_hdf5(tmp_path / "vaspwave.h5", blocks))


def test_hdf5_cut_short(tmp_path):
    path = write_vasp_hdf5(tmp_path / "vaspwave.h5", BLOCKS)
    whole = path.read_bytes()
    for part in range(1, 8):
        path.write_bytes(whole[: part * len(whole) // 8])
        with pytest.raises(Excluded, match="cannot be read"):
            read_charge_file(path)


def test_hdf5_without_h5py_says_what_to_install(tmp_path, monkeypatch):
    path = tmp_path / "vaspout.h5"
    path.write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    with pytest.raises(Excluded, match="cannot be read"):
        read_charge_file(path)
    monkeypatch.setitem(sys.modules, "h5py", None)
    with pytest.raises(Excluded, match="install it"):
        read_charge_file(path)


@pytest.mark.parametrize("kept", range(1, len(SECTIONS)))
def test_a_file_cut_at_a_block_boundary(tmp_path, kept):
    text = "".join(SECTIONS[:kept])
    if NAMES[kept - 1] in (
        "grid 1",
        "augmentation 1",
    ):  # a whole file of one block: see test_checks
        assert read_text(tmp_path, text).magnetization is None
    else:
        assert "cut" in refusal(tmp_path, text)


@pytest.mark.parametrize("kept", [2, 4, 6])
def test_a_noncollinear_file_cut_at_a_block_boundary(tmp_path, kept):
    sections = writer.charge_sections(writer.noncollinear_blocks())
    assert "cut" in refusal(tmp_path, "".join(sections[: 3 * kept // 2 + 1]))
    assert "3 blocks" in refusal(tmp_path, "".join(sections[:9]))


def test_a_file_cut_anywhere_never_gives_other_numbers(tmp_path):
    text = writer.charge_text(BLOCKS, augmentation=False, per_ion_moments=False)
    half = text.rindex("    6    6    8")
    admitted = []
    for length in range(0, len(text), 97):
        try:
            found = read_text(tmp_path, text[:length])
        except Excluded:
            continue
        admitted.append(length)
        np.testing.assert_allclose(found.charge, BLOCKS[0], atol=1e-8)
    assert all(half <= length <= half + 1 for length in admitted)
    assert "inside the last number" in refusal(tmp_path, text[:-1])
    assert_holds(read_text(tmp_path, text), BLOCKS)


def test_doubled_and_dropped_pieces(tmp_path):
    header, grid, augmentation, moments, second, rest = SECTIONS
    doubled = [header, grid, augmentation, moments, grid, augmentation, moments, second, rest]
    assert "3 blocks" in refusal(tmp_path, "".join(doubled))
    unequal = [header, grid, augmentation, moments, second]
    assert "augmentation" in refusal(tmp_path, "".join(unequal))
    lines = grid.splitlines(keepends=True)
    for wrong in (lines[:5] + lines[6:], lines[:5] + lines[4:]):
        text = "".join([header, *wrong, augmentation, moments, second, rest])
        assert "block 1" in refusal(tmp_path, text)
    bare = writer.charge_sections(BLOCKS, augmentation=False, per_ion_moments=False)
    lines = bare[1].splitlines(keepends=True)
    for wrong in (lines[:5] + lines[6:], lines[:5] + lines[4:]):
        refusal(tmp_path, "".join([bare[0], *wrong, bare[2]]))


def with_number(text, at, wrong):
    """The text with a number of its first grid replaced."""
    lines = text.splitlines(keepends=True)
    words = lines[14].split()
    lines[14] = lines[14].replace(words[at], wrong, 1)
    return "".join(lines)


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ("*****************", "did not fit"),
        ("NaN", "not finite"),
        ("Infinity", "not finite"),
        ("-Inf", "not finite"),
        ("0.12345E+0100.3E+01", "glued"),
        ("0.1234567-0.1234567", "glued"),
        ("0.1.2", "glued"),
        ("0.12D+02", "0.12D+02|D+02"),
        ("1,5", "block 1"),
        ("0x1A", "block 1"),
        ("spin", "spin"),
        ("0.1 0.2", "grid size and count disagree"),
        ("", "block 1"),
    ],
)
def test_a_number_that_is_none(tmp_path, wrong, words):
    line = refusal(tmp_path, with_number(writer.charge_text(BLOCKS), 2, wrong))
    assert any(word in line for word in words.split("|"))


@pytest.mark.parametrize("shape", ["6 6 9", "6 6 7", "8 6 6", "0 6 8", "99999 99999 99999", "6 6"])
def test_grid_size_and_count_disagreeing(tmp_path, shape):
    text = writer.charge_text(BLOCKS).replace("    6    6    8", f"  {shape}", 1)
    refusal(tmp_path, text)


@pytest.mark.parametrize(
    ("line", "replacement", "words"),
    [
        (1, "one", "scale factor"),
        (1, "0.0", "no volume"),
        (2, "1.0 2.0", "lattice vector a"),
        (3, "nan nan nan", "not finite"),
        (3, "3.9 0.0 0.0", "no volume"),
        (5, "  Xx  Te", "'Xx' is not a chemical element"),
        (5, "  Cr", "1 elements but 2 counts"),
        (6, "  2 0", "counts of atoms"),
        (6, "  2 999999999", "counts of atoms"),
        (7, "Wavy", "Direct or Cartesian"),
        (8, "0.1 0.2", "fewer than three"),
        (8, "0.1 0.2 inf", "not finite"),
    ],
)
def test_a_header_that_is_none(tmp_path, line, replacement, words):
    lines = writer.charge_text(BLOCKS).splitlines()
    lines[line] = replacement
    reason = refusal(tmp_path, "\n".join(lines) + "\n")
    assert words in reason and "not a CHGCAR" in reason


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "is empty"),
        (" \n \n", "is empty"),
        ("removed to save space\n", "not a CHGCAR"),
        ("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "git lfs pull"),
        (bytes(range(256)) * 40, "not a CHGCAR"),
        (b"\x1f\x8b\x08\x00garbage", "cannot be read"),
        (b"BZh9garbage", "cannot be read"),
        (b"\xfd7zXZ\x00garbage", "cannot be read"),
    ],
)
def test_a_file_that_is_no_charge_file(tmp_path, content, words):
    assert words in refusal(tmp_path, content)


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_a_compressed_file_cut_short(tmp_path, ending):
    whole = writer.write(tmp_path / f"CHGCAR{ending}", writer.charge_text(BLOCKS)).read_bytes()
    for length in (len(whole) // 2, len(whole) - 1):
        assert "cannot be read" in refusal(tmp_path, whole[:length], "CHGCAR")


@pytest.mark.parametrize("name", ["ELFCAR", "LOCPOT.gz", "AECCAR2", "PARCHG"])
def test_files_whose_name_says_that_they_are_something_else(tmp_path, name):
    assert "is not a CHGCAR" in refusal(tmp_path, writer.charge_text(BLOCKS), name)


def test_what_is_no_file_is_refused_at_once(tmp_path, monkeypatch):
    with pytest.raises(Excluded, match="is gone"):
        read_charge_file(tmp_path / "CHGCAR")
    with pytest.raises(Excluded, match="not a regular file"):
        read_charge_file(tmp_path)
    os.mkfifo(tmp_path / "CHG")
    with pytest.raises(Excluded, match="not a regular file"):
        read_charge_file(tmp_path / "CHG")
    monkeypatch.chdir(tmp_path)  # a socket's path must be short
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("CHGCAR")
        with pytest.raises(Excluded, match="not a regular file"):
            read_charge_file("CHGCAR")


def test_paths_are_data(tmp_path):
    found = read_text(tmp_path / "Fe{x} $(touch y) 'q'; #", writer.charge_text(BLOCKS))
    assert_holds(found, BLOCKS)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(13, "Permission denied"), "allow reading it"),
        (OSError(116, "Stale file handle"), "Stale file handle"),
        (MemoryError(), "does not fit into memory"),
        (RuntimeError("odd"), "odd"),
    ],
)
def test_an_error_of_any_other_kind_is_an_exclusion_too(tmp_path, monkeypatch, error, words):
    def failing(path):
        raise error

    monkeypatch.setattr("spinlens.calculations.charge_file.open_binary", failing)
    with pytest.raises(Excluded, match=words):
        read_charge_file(tmp_path / "CHGCAR")


def test_memory_stays_near_the_grids_and_the_text_of_a_compressed_file(tmp_path):
    blocks = writer.magnetic_blocks(shape=(24, 24, 60))
    text = writer.charge_text(blocks)
    grids = 2 * blocks[0].nbytes
    for name, bound in (("CHGCAR", 2.5), ("CHGCAR.gz", 6.0)):
        path = writer.write(tmp_path / name, text)
        tracemalloc.start()
        read_charge_file(path)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert grids < peak < bound * grids + 2**21


def test_the_grids_are_those_that_pymatgen_reads(tmp_path):
    """In a process of its own: pymatgen's VASP module takes seconds to import."""
    path = writer.write(tmp_path / "CHGCAR", writer.charge_text(writer.noncollinear_blocks()))
    code = """
import sys, numpy as np
from spinlens.calculations.charge_file import read_charge_file
ours = read_charge_file(sys.argv[1])
assert not any(name.startswith("pymatgen.io") for name in sys.modules)
from pymatgen.io.vasp.outputs import Chgcar
theirs = Chgcar.from_file(sys.argv[1])
np.testing.assert_array_equal(ours.charge, theirs.data["total"])
for ours_along, axis in zip(ours.magnetization, "xyz"):
    np.testing.assert_array_equal(ours_along, theirs.data[f"diff_{axis}"])
np.testing.assert_allclose(ours.lattice, theirs.structure.lattice.matrix, atol=1e-9)
assert ours.elements == [site.specie.symbol for site in theirs.structure]
theirs.to_hdf5(sys.argv[1] + ".h5")
again = read_charge_file(sys.argv[1] + ".h5")
np.testing.assert_array_equal(ours.magnetization, again.magnetization)
assert again.elements == ours.elements
"""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run(
        [sys.executable, "-c", code, str(path)], env=environment, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
