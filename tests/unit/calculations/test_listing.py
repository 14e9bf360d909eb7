"""Lists of calculations and labels: jobs read what the command wrote; the command always looks."""

import pytest

from chgcar_writer import write_run
from paths import ROOT
from spinlens.calculations import listing, shards
from spinlens.calculations.find import Calculation, find_by_id
from spinlens.core.errors import SpinlensError

SCHEMA = ROOT / "workflow" / "schemas" / "labels.schema.yaml"
ROW = "calculation,order,energy_eV,U,local_moments_muB,site\nrun,FM,-1e-05,4,1 -2.5,né\n"


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


@pytest.fixture
def table(tmp_path):
    (tmp_path / "labels.csv").write_text(ROW, encoding="utf-8")
    return tmp_path / "labels.csv"


def labels(table, is_job, keep=False):
    return listing.label_table(table, SCHEMA, is_job, keep, table.parent / "listings")


def test_a_job_takes_over_the_labels_that_the_command_has_checked(table, monkeypatch):
    read = labels(table, is_job=False, keep=True)
    monkeypatch.setattr(listing, "read_label_table", None)
    taken = labels(table, is_job=True)
    assert taken == read and list(map(type, taken["run"].values())) == [str, str, float, int, list,
                                                                        str]  # fmt: skip
    assert taken["run"]["local_moments_muB"] == [1.0, -2.5] and taken["run"]["energy_eV"] == -1e-05
    with pytest.raises(TypeError):  # the command itself checks every time
        labels(table, is_job=False)


@pytest.mark.parametrize("order, fault", [("zigzag", None), ("up", "column order")])
def test_a_job_reads_and_checks_a_table_that_was_changed_since(table, order, fault):
    labels(table, is_job=False, keep=True)
    table.write_text(ROW.replace("FM", order), encoding="utf-8")
    if fault:
        with pytest.raises(SpinlensError, match=fault):
            labels(table, is_job=True)
    else:
        assert labels(table, is_job=True)["run"]["order"] == order


@pytest.mark.parametrize("text", [None, "", "3", '["0", {}]', "[]"])
def test_a_job_reads_the_table_if_its_labels_are_missing_or_damaged(table, text):
    read = labels(table, is_job=False, keep=text is not None)
    if text is not None:
        (file,) = (table.parent / "listings").iterdir()
        file.write_text(text)
    assert labels(table, is_job=True) == read
    table.unlink()
    with pytest.raises(SpinlensError, match="cannot be read"):
        labels(table, is_job=True)
