"""The job of a shard makes what is new, changed or deleted, and a bad calculation stops nothing."""

import errno
import os

import pytest

from chgcar_writer import write, write_run
from spinlens.calculations import listing, record, shard_job, shards, split
from spinlens.calculations.find import find_by_id
from spinlens.core.errors import Unwritable
from spinlens.core.files import read_table

SETTINGS = {
    "moment_tolerance_muB": 0.01,
    "unconverged": "exclude",
    "nonmagnetic": "exclude",
    "moment_axis": None,
    "on_bad_calculation": "exclude",
}


@pytest.fixture
def tree(tmp_path):
    for name in ("a", "b", "c"):
        write_run(tmp_path / "runs" / name)
    write(tmp_path / "runs" / "bad" / "CHGCAR", "no density at all\n")
    return tmp_path / "runs"


@pytest.fixture
def table(tree):
    return tree.parent / "records" / "shards" / "007.tsv"


def run(tree, table, labels=None, **settings):
    """Run the job; its failures and the ids of the records that were made."""
    records = table.parent.parent
    before = {file: file.stat().st_mtime_ns for file in records.glob("*.nc")}
    found = find_by_id(tree)
    tasks = listing.tasks(found, labels or {}, sorted(found))
    number = shards.generation(records, table.stem)
    failed = shard_job.run(table, tasks, "labels.csv", SETTINGS | settings, "code", number)
    made = [f.stem for f in records.glob("*.nc") if before.get(f) != f.stat().st_mtime_ns]
    return failed, sorted(made)


def test_the_records_are_those_of_single_jobs(tree, table):
    assert run(tree, table) == ([], ["a", "b", "bad", "c"])
    assert [row["calculation"] for row in read_table(table)] == ["a", "b", "bad", "c"]
    for name, calculation in find_by_id(tree).items():
        alone = tree.parent / "alone" / f"{name}.nc"
        record.write(split.split(calculation, {}, "labels.csv", SETTINGS), alone)
        assert (table.parent.parent / alone.name).read_bytes() == alone.read_bytes()


def test_only_what_is_new_changed_or_deleted_is_made_again(tree, table):
    run(tree, table)
    assert run(tree, table) == ([], [])
    os.utime(tree / "a" / "CHGCAR", ns=(1, 1))
    assert run(tree, table) == ([], ["a"])
    (table.parent.parent / "b.nc").unlink()
    assert run(tree, table) == ([], ["b"])
    write_run(tree / "d")
    assert run(tree, table) == ([], ["d"])
    assert run(tree, table, {"c": {"order": "FM"}}) == ([], ["c"])
    assert run(tree, table, {"c": {"order": "FM"}}, unconverged="keep")[1] == [
        "a", "b", "bad", "c", "d",
    ]  # fmt: skip


def test_a_failure_stops_no_other_and_is_tried_again(tree, table, monkeypatch):
    whole = split.split
    monkeypatch.setattr(split, "split", lambda c, *rest: 1 / 0 if c.id == "a" else whole(c, *rest))
    failed, made = run(tree, table)
    assert failed == ["a: ZeroDivisionError: division by zero"] and made == ["b", "bad", "c"]
    assert not table.exists()
    monkeypatch.undo()
    assert run(tree, table) == ([], ["a"]) and table.exists()


def test_a_bad_calculation_ends_the_job_only_if_the_config_says_so(tree, table):
    failed, made = run(tree, table, on_bad_calculation="stop")
    assert made == ["a", "b"] and not table.exists()
    assert len(failed) == 1 and failed[0].startswith(f"{tree}/bad/CHGCAR: ")


@pytest.mark.parametrize(("seconds", "again"), [(0, ["c"]), (60, ["a", "b", "bad", "c"])])
def test_a_killed_job_loses_what_it_made_since_its_last_note(
    tree, table, monkeypatch, seconds, again
):
    def killed(calculation, *rest):
        if calculation.id == "c":
            raise KeyboardInterrupt
        return whole(calculation, *rest)

    whole = split.split
    monkeypatch.setattr(shard_job, "NOTE_SECONDS", seconds)
    monkeypatch.setattr(split, "split", killed)
    with pytest.raises(KeyboardInterrupt):
        run(tree, table)
    monkeypatch.setattr(split, "split", whole)
    assert not table.exists() and run(tree, table) == ([], again)


def test_a_full_disk_ends_the_job(tree, table, monkeypatch):
    def full(outcome, path):
        raise Unwritable(path, OSError(errno.ENOSPC, "No space left on device"))

    monkeypatch.setattr(record, "write", full)
    with pytest.raises(Unwritable, match="a.nc cannot be written"):
        run(tree, table)
