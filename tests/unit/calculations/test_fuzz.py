"""500 seeded mutations of good runs: excluded, or the right numbers.

Undetectable, and so admitted, is what leaves the electrons within 0.01 e of NELECT, the moment
within 0.01 μB of the reported one and the structure within a rounding of POSCAR: the last digits
of a number, or lines exchanged within a grid. Everything else must be refused.
"""

import random

import numpy as np
import pytest

import chgcar_writer as writer
from spinlens.calculations.charge_file import read_charge_file
from spinlens.calculations.checks import check
from spinlens.calculations.labels import read_labels
from spinlens.core.errors import Excluded

MUTATIONS = 500
PRINTABLE = b"0123456789+-.EeNnDd* \n\tXx"
CRYSTAL = writer.Crystal()
KINDS = {
    "collinear": (writer.magnetic_blocks(), {}),
    "antiferromagnetic": (writer.magnetic_blocks(moments=(3.0, -3.0, 0.0)), {}),
    "noncollinear": (writer.noncollinear_blocks(), {}),
    "bare": (writer.magnetic_blocks(), {"augmentation": False, "per_ion_moments": False}),
    "one block": (writer.magnetic_blocks()[:1], {}),
    "ten columns": (writer.magnetic_blocks(), {"columns": 10}),
}


def cut(text, sections, rng):
    return text[: rng.randrange(len(text))]


def cut_the_start(text, sections, rng):
    return text[rng.randrange(1, len(text)) :]


def cut_out_a_piece(text, sections, rng):
    start = rng.randrange(len(text))
    return text[:start] + text[start + rng.randrange(1, 400) :]


def swap_two_bytes(text, sections, rng):
    changed = bytearray(text)
    one, other = (rng.randrange(len(text)) for _ in range(2))
    changed[one], changed[other] = changed[other], changed[one]
    return bytes(changed)


def swap_neighbours(text, sections, rng):
    at = rng.randrange(len(text) - 1)
    return text[:at] + text[at + 1 : at + 2] + text[at : at + 1] + text[at + 2 :]


def overwrite_bytes(text, sections, rng):
    changed = bytearray(text)
    for _ in range(rng.choice((1, 1, 3))):
        changed[rng.randrange(len(text))] = rng.choice(PRINTABLE)
    return bytes(changed)


def drop_lines(text, sections, rng):
    lines = text.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    return b"".join(lines[:at] + lines[at + rng.choice((1, 1, 2, 7)) :])


def double_a_line(text, sections, rng):
    lines = text.splitlines(keepends=True)
    at = rng.randrange(len(lines))
    return b"".join(lines[: at + 1] + lines[at:])


def double_a_block(text, sections, rng):
    at = rng.randrange(1, len(sections))
    until = rng.randrange(at, len(sections)) + 1
    return b"".join(sections[:until] + sections[at:])


def drop_a_block(text, sections, rng):
    at = rng.randrange(len(sections))
    return b"".join(sections[:at] + sections[at + 1 :])


def cut_at_a_block(text, sections, rng):
    return b"".join(sections[: rng.randrange(len(sections))])


MUTATORS = [
    cut,
    cut_the_start,
    cut_out_a_piece,
    swap_two_bytes,
    swap_neighbours,
    overwrite_bytes,
    drop_lines,
    double_a_line,
    double_a_block,
    drop_a_block,
    cut_at_a_block,
]


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Kind -> (folder, its labels, the sections of its good file as bytes, its right outcome)."""
    made = {}
    for kind, (blocks, layout) in KINDS.items():
        folder = writer.write_run(tmp_path_factory.mktemp("run"), blocks=blocks, **layout)
        sections = [part.encode() for part in writer.charge_sections(blocks, **layout)]
        right = read_charge_file(folder / "CHGCAR")
        known = read_labels(folder)
        check(right, known)
        made[kind] = folder, known, sections, right
    return made


def mutated(number, runs):
    """The folder, labels, and right outcome of a mutation, after writing it."""
    rng = random.Random(number)
    mutate = MUTATORS[number % len(MUTATORS)]
    folder, known, sections, right = runs[rng.choice(list(KINDS))]
    text = b"".join(sections)
    while (changed := mutate(text, sections, rng)) == text:
        pass
    (folder / "CHGCAR").write_bytes(changed)
    return folder, known, right


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


def test_mutations_are_excluded_or_harmless(runs):
    excluded, untouched, harmless = 0, 0, 0
    for number in range(MUTATIONS):
        folder, known, right = mutated(number, runs)
        try:
            found = read_charge_file(folder / "CHGCAR")
            check(found, known)
        except Excluded as reason:
            assert "\n" not in str(reason) and len(str(reason)) > 20
            excluded += 1
        else:
            assert_right(found, right)
            same = all(map(np.array_equal, grids(found), grids(right)))
            untouched, harmless = untouched + same, harmless + (not same)
    assert excluded + untouched + harmless == MUTATIONS
    assert excluded > MUTATIONS * 0.6  # most mutations are found out
    assert untouched > 10  # comments, moments and augmentation do not matter
    assert harmless < MUTATIONS * 0.1  # a wrong digit is rarely small enough to pass


@pytest.mark.slow
def test_the_checks_are_what_finds_wrong_numbers(runs):
    """Negative control: read without labels, structure and checks, wrong numbers get in."""
    wrong = 0
    for number in range(MUTATIONS):
        folder, _, right = mutated(number, runs)
        try:
            assert_right(read_charge_file(folder / "CHGCAR"), right)
        except Excluded:
            continue
        except AssertionError:
            wrong += 1
    assert wrong > 10


@pytest.mark.parametrize("ending", [".gz", ".bz2", ".xz"])
def test_mutations_of_a_compressed_file_are_found_by_its_checksum(runs, tmp_path, ending):
    _, _, sections, right = runs["collinear"]
    whole = writer.write(tmp_path / f"CHGCAR{ending}", b"".join(sections)).read_bytes()
    excluded = 0
    for number in range(60):
        rng = random.Random(number)
        mutate = (cut, overwrite_bytes, swap_two_bytes, cut_out_a_piece)[number % 4]
        (tmp_path / "CHGCAR").write_bytes(mutate(whole, [], rng))
        try:
            found = read_charge_file(tmp_path / "CHGCAR")
        except Excluded:
            excluded += 1
        else:
            assert all(map(np.array_equal, grids(found), grids(right)))
    assert excluded > 45


@pytest.mark.slow
def test_mutations_of_the_small_files_exclude_or_change_nothing_that_is_checked(runs):
    folder, _, sections, right = runs["collinear"]
    (folder / "CHGCAR").write_bytes(b"".join(sections))
    admitted = 0
    for number in range(300):
        rng = random.Random(number)
        file = folder / rng.choice(("OSZICAR", "OUTCAR", "POSCAR", "CONTCAR"))
        whole = file.read_bytes()
        mutate = rng.choice((cut, swap_two_bytes, swap_neighbours, overwrite_bytes, drop_lines))
        file.write_bytes(mutate(whole, [], rng))
        try:
            known = read_labels(folder)
            check(right, known)
        except Excluded as reason:
            assert "\n" not in str(reason)
        else:
            admitted += 1
            if "total_moment_muB" in known:
                assert known["total_moment_muB"].value == pytest.approx(5.8, abs=0.011)
            if "valence_electrons" in known:
                assert known["valence_electrons"].value == pytest.approx(18, abs=0.011)
        finally:
            file.write_bytes(whole)
    assert 100 < admitted < 300
