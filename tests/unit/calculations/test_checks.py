"""Contradictions between charge file, labels and structure: each refused, none made up."""

import dataclasses
import re

import numpy as np
import pytest

import chgcar_writer as writer
from spinlens.calculations.charge_file import ChargeFile, read_charge_file
from spinlens.calculations.checks import check
from spinlens.calculations.find import find
from spinlens.calculations.labels import Label, read_labels
from spinlens.core.errors import Excluded

CRYSTAL = writer.Crystal()
BLOCKS = writer.magnetic_blocks()


def charge_file(blocks=BLOCKS, folder="", **changes):
    magnetization = {1: None, 2: blocks[-1], 4: np.stack(blocks[-3:])}[len(blocks)]
    made = ChargeFile(
        np.array(CRYSTAL.lattice),
        np.array(CRYSTAL.positions),
        list(CRYSTAL.elements),
        blocks[0],
        magnetization,
        "CHGCAR",
        list(CRYSTAL.counts),
        path=f"{folder}/CHGCAR",
        folder=str(folder) or "/nowhere",
    )
    return dataclasses.replace(made, **changes)


def labels(**values):
    return {key: Label(value, "OUTCAR") for key, value in values.items()}


def refusal(stored, known=None, **options):
    with pytest.raises(Excluded) as reason:
        check(stored, known or {}, **options)
    assert "\n" not in str(reason.value)
    return str(reason.value)


def test_a_good_run_passes_with_and_without_labels(tmp_path):
    writer.write_run(tmp_path)
    stored = read_charge_file(tmp_path / "CHGCAR")
    assert check(stored, read_labels(tmp_path)) == ""
    assert check(stored, {}) == ""
    assert check(stored, {"total_moment_muB": (5.8, "labels.csv")}) == ""


@pytest.mark.parametrize(("error", "passes"), [(0.009, True), (-0.009, True), (0.011, False)])
def test_electrons_against_nelect(error, passes):
    known = labels(valence_electrons=18.0 + error)
    if passes:
        check(charge_file(), known)
    else:
        assert "OUTCAR is of another run" in refusal(charge_file(), known)
    other = {"valence_electrons": Label(18.0, "OUTCAR", (Label(18.0 + error, "vasprun.xml"),))}
    if not passes:
        assert "vasprun.xml is of another run" in refusal(charge_file(), other)


def test_an_outcar_of_other_atoms_with_as_many_electrons():
    check(charge_file(), labels(outcar_formula="Cr2Te", valence_electrons=18.0))
    line = refusal(charge_file(), labels(outcar_formula="CrMnTe", valence_electrons=18.0))
    assert "of Cr2Te, OUTCAR of CrMnTe" in line


def test_electrons_against_the_potentials_where_nelect_is_unknown():
    check(charge_file(), labels(potcar_valences=[6.0, 6.0]))
    assert "another run" in refusal(charge_file(), labels(potcar_valences=[6.0, 5.0]))
    check(charge_file(), labels(potcar_valences=[6.0, 5.0], valence_electrons=18.0))
    check(charge_file(), labels(potcar_valences=[65.0]))  # of other groups: says nothing


@pytest.mark.parametrize(
    ("electrons", "passes"),
    [(18.0, True), (17.992, True), (17.98, False), (100.0, True), (101.0, False), (0.2, False)],
)
def test_electrons_that_nothing_tells(electrons, passes):
    blocks = [BLOCKS[0] * electrons / 18, BLOCKS[1] * electrons / 180]
    if passes:
        check(charge_file(blocks), {})
    else:
        refusal(charge_file(blocks))


def test_other_files_of_the_same_format_by_their_content():
    elf = BLOCKS[0] / BLOCKS[0].max()
    assert "ELFCAR" in refusal(charge_file([elf, elf]))
    potential = BLOCKS[0] - BLOCKS[0].mean()
    assert "LOCPOT" in refusal(charge_file([potential, potential]))


def test_a_moment_larger_than_the_charge_is_impossible():
    assert "impossible" in refusal(charge_file([BLOCKS[0], BLOCKS[1] * 4]))
    vector = writer.noncollinear_blocks(moments=((8, 8, 8), (8, 8, 8), (0, 0, 0)))
    assert "impossible" in refusal(charge_file(vector))
    check(charge_file([BLOCKS[0], BLOCKS[1] * 3]), {})


def test_the_reported_moment_is_compared_on_both_sides_and_with_its_sign():
    for error in (-0.009, 0.009):
        check(charge_file(), labels(total_moment_muB=5.8 + error))
    for reported in (5.8 - 0.011, 5.8 + 0.011, -5.8):
        assert "OUTCAR" in refusal(charge_file(), labels(total_moment_muB=reported))
    check(charge_file(), labels(total_moment_muB=5.9), moment_tolerance_muB=0.11)
    both = {"total_moment_muB": Label(5.8, "OSZICAR", (Label(2.0, "OUTCAR"),))}
    assert "OUTCAR says 2.0000" in refusal(charge_file(), both)


def test_a_vector_moment_is_compared_as_a_vector():
    vector = charge_file(writer.noncollinear_blocks())
    check(vector, labels(total_moment_muB=[0.0, 3.0, 3.8]))
    check(vector, {"total_moment_muB": (float(np.hypot(3.0, 3.8)), "labels.csv")})
    for wrong in ([3.0, 0.0, 3.8], [0.0, 3.0, -3.8]):
        assert "another run" in refusal(vector, labels(total_moment_muB=wrong))


@pytest.mark.parametrize(
    ("blocks", "known", "words"),
    [
        (1, {"spin_kind": "collinear"}, "1 of the 2 blocks"),
        (1, {"total_moment_muB": 5.8}, "cut"),
        (1, {"order_final": "AFM"}, "cut"),
        (1, {"total_moment_muB": [0.0, 0.0, 0.0]}, "cut"),
        (2, {"spin_kind": "noncollinear"}, "2 of the 4 blocks"),
        (2, {"total_moment_muB": [0.0, 0.0, 5.8]}, "cut"),
        (2, {"spin_kind": "none"}, "of another run"),
        (4, {"spin_kind": "collinear"}, "of another run"),
        (1, {"spin_kind": "none"}, None),
        (1, {"total_moment_muB": 0.0}, None),
        (1, {"order": "NM"}, None),
        (2, {"spin_kind": "collinear"}, None),
        (4, {"spin_kind": "noncollinear"}, None),
        (2, {"spin_kind": "up"}, None),
    ],
)
def test_as_many_blocks_as_the_run_had(blocks, known, words):
    stored = charge_file(writer.noncollinear_blocks() if blocks == 4 else BLOCKS[:blocks])
    if words is None:
        check(stored, labels(**known))
    else:
        assert words in refusal(stored, labels(**known))


def test_a_block_written_twice():
    assert "repeats" in refusal(charge_file([BLOCKS[0], BLOCKS[0]]))
    assert "repeats" in refusal(charge_file([BLOCKS[0], BLOCKS[1], BLOCKS[0], BLOCKS[1]]))
    check(charge_file([BLOCKS[0], BLOCKS[0]]), labels(total_moment_muB=18.0))


def test_numbers_that_are_not_finite():
    broken = BLOCKS[1].copy()
    broken[1, 2, 3] = np.nan
    assert "not finite" in refusal(charge_file([BLOCKS[0], broken]))


def test_unconverged_runs_are_excluded_or_kept():
    assert "not converged" in refusal(charge_file(), labels(converged=False))
    check(charge_file(), labels(converged=False), unconverged="keep")
    check(charge_file(), labels(converged=True))


def test_a_label_that_should_be_a_number_and_is_none():
    line = refusal(charge_file(), {"total_moment_muB": ("high", "path")})
    assert "total_moment_muB from path" in line


def structure_beside(tmp_path, poscar=None, contcar=None):
    for name, crystal in (("POSCAR", poscar), ("CONTCAR", contcar)):
        if crystal:
            writer.write(tmp_path / name, writer.poscar_text(crystal))
    return charge_file(folder=tmp_path)


def strained(factor):
    lattice = tuple(tuple(factor * x for x in row) for row in CRYSTAL.lattice)
    return dataclasses.replace(CRYSTAL, lattice=lattice)


def shifted(fraction):
    first, *rest = CRYSTAL.positions
    moved = (first[0], first[1], first[2] + fraction)
    return dataclasses.replace(CRYSTAL, positions=(moved, *rest))


def test_other_atoms_than_poscar_or_contcar(tmp_path):
    other = dataclasses.replace(CRYSTAL, elements=("Cr", "Mn", "Te"))
    for names in ({"poscar": other}, {"poscar": CRYSTAL, "contcar": other}):
        assert "atoms are not those of" in refusal(structure_beside(tmp_path, **names))
    larger = dataclasses.replace(
        CRYSTAL, elements=(*CRYSTAL.elements, "Te"), positions=(*CRYSTAL.positions, (0, 0, 0))
    )
    assert "atoms" in refusal(structure_beside(tmp_path, poscar=larger, contcar=larger))


@pytest.mark.parametrize("change", [strained(1.01), shifted(0.02)], ids=["cell", "sites"])
def test_another_cell_or_sites_than_a_static_run_started_from(tmp_path, change):
    static = labels(ionic_steps_allowed=0)
    check(structure_beside(tmp_path, poscar=CRYSTAL), static)
    stored = structure_beside(tmp_path, poscar=change)
    assert "differs from POSCAR" in refusal(stored, static)
    stored = structure_beside(tmp_path, poscar=change, contcar=change)
    assert "differs from POSCAR and CONTCAR" in refusal(stored)


@pytest.mark.parametrize("change", [strained, shifted], ids=["cell", "sites"])
def test_a_relaxation_passes_between_its_ends(tmp_path, change):
    stored = structure_beside(
        tmp_path, poscar=change(1.03 if change is strained else 0.03), contcar=CRYSTAL
    )
    check(stored, labels(ionic_steps_allowed=50))
    far = structure_beside(
        tmp_path,
        poscar=change(1.30 if change is strained else 0.20),
        contcar=change(1.31 if change is strained else 0.21),
    )
    assert "differs from POSCAR and CONTCAR" in refusal(far, labels(ionic_steps_allowed=50))


def test_sites_across_the_cell_boundary_are_the_same(tmp_path):
    wrapped = dataclasses.replace(
        CRYSTAL, positions=tuple((x + 1, y - 1, z) for x, y, z in CRYSTAL.positions)
    )
    check(structure_beside(tmp_path, poscar=wrapped), labels(ionic_steps_allowed=0))


def test_a_structure_that_cannot_be_read_says_nothing(tmp_path):
    writer.write(tmp_path / "CONTCAR", "")
    check(structure_beside(tmp_path, poscar=CRYSTAL), {})


def test_a_tree_of_every_kind(tmp_path):
    expected = writer.write_mixed_tree(tmp_path)
    outcome = {}
    for calculation in find(tmp_path):
        try:
            stored = read_charge_file(calculation.charge_file, calculation.folder)
            check(stored, read_labels(calculation.folder, calculation.charge_file))
            outcome[calculation.id] = "spin" if stored.magnetization is None else None
        except Excluded as reason:
            outcome[calculation.id] = str(reason)
    assert outcome.keys() == expected.keys()
    for name, reason in outcome.items():
        assert (reason is None) == (expected[name] is None), (name, reason)
        assert reason is None or re.search(expected[name], reason), (name, reason)


@pytest.mark.parametrize(
    ("oszicar", "outcar", "passes"),
    [
        (5.8, 5.8, True),
        (5.8, 5.9, True),  # the last line of OUTCAR lags by 0.1
        (5.8, 5.65, True),
        (5.8, 6.0, False),  # beyond 0.05 + 2 %
        (5.9, 5.8, False),  # OSZICAR disagrees with the integral
        (5.9, 5.9, False),
        (None, 5.9, False),  # no second source
    ],
)
def test_an_outcar_that_lags_is_outvoted_within_a_bound(tmp_path, oszicar, outcar, passes):
    writer.write_run(tmp_path)
    writer.write(tmp_path / "OSZICAR", writer.oszicar_text(oszicar))
    writer.write(tmp_path / "OUTCAR", writer.outcar_text(CRYSTAL, moment=outcar))
    stored, known = read_charge_file(tmp_path / "CHGCAR"), read_labels(tmp_path)
    if passes:
        note = check(stored, known)
        assert note == ("" if outcar == 5.8 else f"OUTCAR lags, its last moment is {outcar:.4f} μB")
    else:
        assert "is of another run" in refusal(stored, known)


def test_a_density_of_single_bands_is_no_charge_density(tmp_path):
    """Cr2Te keeps at least 6 + 6 + 6 electrons; a PARCHG of one band has 2."""
    charge, moment = writer.magnetic_blocks(moments=(0.5, 0.5, 0.0))
    band = charge_file([charge * (2 / charge.mean()), moment])
    assert "PARCHG" in refusal(band)
    assert "PARCHG" in refusal(charge_file([charge * (17 / charge.mean()), moment]))
    assert check(charge_file([charge, moment]), {}) == ""
    assert check(band, {"valence_electrons": (2.0, "labels.csv")}) == ""


def test_a_poscar_of_another_crystal_with_a_volume_and_cartesian_sites(tmp_path):
    writer.write_run(tmp_path)
    text = writer.poscar_text(CRYSTAL).replace("   1.00000000000000", "  -85.619600")
    writer.write(tmp_path / "POSCAR", text)
    stored = read_charge_file(tmp_path / "CHGCAR")
    check(stored, read_labels(tmp_path))
    other = text.replace("Direct", "Cartesian").replace("Te", "Se")
    writer.write(tmp_path / "POSCAR", other)
    assert "POSCAR" in refusal(stored, read_labels(tmp_path))


def test_an_outcar_of_another_crystal_with_line_ends_of_windows(tmp_path):
    writer.write_run(tmp_path)
    other = dataclasses.replace(CRYSTAL, elements=("Mn", "Mn", "Te"))
    text = writer.outcar_text(other, moment=5.8).replace("\n", "\r\n")
    (tmp_path / "OUTCAR").write_bytes(text.encode())
    stored = read_charge_file(tmp_path / "CHGCAR")
    assert "OUTCAR of Mn2Te" in refusal(stored, read_labels(tmp_path))


def test_one_hydrogen_atom_is_fully_polarised_and_two_may_not_be(tmp_path):
    box = ((5.0, 0, 0), (0, 5.0, 0), (0, 0, 5.0))
    atom = writer.Crystal(box, ("H",), ((0.5, 0.5, 0.5),), (1.0,))
    [charge] = writer.magnetic_blocks(atom, moments=(1.0,))[:1]
    writer.write(tmp_path / "atom" / "CHGCAR", writer.charge_text([charge, charge], atom))
    assert check(read_charge_file(tmp_path / "atom" / "CHGCAR"), {}) == ""
    pair = writer.Crystal(box, ("H", "H"), ((0.5, 0.5, 0.42), (0.5, 0.5, 0.58)), (1.0,))
    [charge] = writer.magnetic_blocks(pair, moments=(1.0, 1.0))[:1]
    writer.write(tmp_path / "pair" / "CHGCAR", writer.charge_text([charge, charge], pair))
    with pytest.raises(Excluded, match="repeats the charge block"):
        check(read_charge_file(tmp_path / "pair" / "CHGCAR"), {})
