"""The list of calculations: jobs read what the command wrote, and the command always looks."""

import pytest

from chgcar_writer import write_run
from spinlens.calculations import listing, shards
from spinlens.calculations.find import Calculation, find_by_id
from spinlens.core.errors import SpinlensError


@pytest.fixture
def tree(tmp_path):
    for name in ("one", "two"):
        write_run(tmp_path / "runs" / name)
    return tmp_path / "runs"


@pytest.fixture
def place(tree):
    return tree.parent / "listings"


def listed(tree, place, is_job, pattern=None):
    return listing.calculations(tree, pattern, "calculations", is_job, place)


def test_a_job_reads_what_the_command_found(tree, place):
    pattern = "{order}/CHGCAR"
    found = find_by_id(tree, pattern)
    listing.write(tree, pattern, found, place)
    write_run(tree / "three")  # while the jobs run
    assert listed(tree, place, True, pattern) == found
    assert found["one"].names == {"order": "one"}
    assert set(listed(tree, place, False, pattern)) == {"one", "two", "three"}


def test_another_tree_or_pattern_has_another_list(tree, place):
    listing.write(tree, None, find_by_id(tree), place)
    write_run(tree / "three")
    assert set(listed(tree, place, True)) == {"one", "two"}
    assert set(listed(tree, place, True, "{order}/CHGCAR")) == {"one", "two", "three"}
    with pytest.raises(SpinlensError, match="nowhere is not a directory"):
        listing.calculations("nowhere", None, "calculations", True, place)


@pytest.mark.parametrize("text", ["", "[[1, 2", '[["one"]]'])
def test_a_job_goes_through_the_tree_if_the_list_is_missing_or_damaged(tree, place, text):
    found = find_by_id(tree)
    assert listed(tree, place, True) == found
    listing.write(tree, None, found, place)
    (file,) = place.iterdir()
    file.write_text(text)
    assert listed(tree, place, True) == found


def test_an_old_list_does_not_outlive_a_failed_write(tree, place, monkeypatch):
    listing.write(tree, None, find_by_id(tree), place)
    monkeypatch.setattr(listing.os, "replace", full_disk)
    with pytest.raises(OSError, match="full"):
        listing.write(tree, None, {}, place)
    monkeypatch.undo()
    write_run(tree / "three")
    assert set(listed(tree, place, True)) == {"one", "two", "three"}


def full_disk(*_):
    raise OSError("full")


def test_a_task_is_another_one_when_anything_differs(tmp_path):
    found = {"a": Calculation("a", str(tmp_path), str(tmp_path / "CHGCAR"))}
    (gone,) = listing.tasks(found, {}, ["a"])
    (tmp_path / "CHGCAR").write_text("x")
    (there,) = listing.tasks(found, {}, ["a"])
    (again,) = listing.tasks(found, {}, ["a"])
    (labelled,) = listing.tasks(found, {"a": {"order": "FM"}}, ["a"])
    digests = {shards.digest([*task]) for task in (gone, there, labelled)}
    assert len(digests) == 3 and gone.stamp == "gone"
    assert shards.digest([*there]) == shards.digest([*again])
