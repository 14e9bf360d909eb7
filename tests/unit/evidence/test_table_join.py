"""Rows of both budgets in one table: the repeated ones stay while they speak of this dataset."""

import os

import pytest

from spinlens.core.files import read_table, write_table
from spinlens.evidence import table


def row(point, split="single-0.7-0", value="0.5"):
    place = {"point": point, "target": "total_moment-4", "split": split, "metric": "auc"}
    return dict.fromkeys(table.COLUMNS, "") | place | {"value": value}


@pytest.fixture
def written(tmp_path):
    """Write rows beside repeated ones that are so many seconds younger than the descriptors."""

    def write(rows, repeated, younger):
        described, kept = tmp_path / "descriptors.nc", tmp_path / "repeated.tsv"
        described.touch()
        write_table(kept, repeated, table.COLUMNS)
        now = described.stat().st_mtime
        os.utime(kept, (now + younger, now + younger))
        table.join(tmp_path / "evidence.tsv", rows, kept, made_from=described)
        return read_table(tmp_path / "evidence.tsv")

    return write


def test_repeated_rows_of_this_dataset_follow_the_main_jobs(written):
    rows, repeated = [row("b"), row("a")], [row("a", "5x3-formula-0"), row("c")]
    assert written(rows, repeated, younger=60) == rows + repeated


def test_repeated_rows_of_an_older_dataset_are_dropped(written):
    rows = [row("a")]
    assert written(rows, [row("a", "5x3-formula-0")], younger=-60) == rows


def test_no_place_is_taken_twice_and_the_main_jobs_row_stays(written):
    rows = [row("a", value="0.5")]
    repeated = [row("a", value="0.9"), row("a", "5x3-formula-0", value="0.7")]
    assert [each["value"] for each in written(rows, repeated, younger=60)] == ["0.5", "0.7"]


def test_writing_what_was_merged_again_changes_nothing(written, tmp_path):
    repeated = [row("a", "5x3-formula-0")]
    first = written([row("a")], repeated, younger=60)
    assert written(first, repeated, younger=60) == first
    assert list(first[0]) == list(table.COLUMNS)


def test_without_repeated_fits_the_main_jobs_rows_stand_alone(tmp_path):
    (tmp_path / "descriptors.nc").touch()
    path = tmp_path / "evidence.tsv"
    table.join(path, [row("a")], tmp_path / "repeated.tsv", tmp_path / "descriptors.nc")
    assert read_table(path) == [row("a")]
