"""Shards: which calculations are divided, and when the records of one are made again."""

import pytest

from spinlens.calculations import shards
from spinlens.core import checksums
from spinlens.core.errors import SpinlensError
from spinlens.core.files import write_table

MANY = [f"run_{index}" for index in range(shards.LARGEST_UNDIVIDED + 1)]


def test_up_to_two_hundred_calculations_have_a_job_each(tmp_path):
    few = MANY[:-1]
    assert shards.divide(few, tmp_path) == {}
    assert shards.outputs(few, "records") == [f"records/{name}.nc" for name in sorted(few)]


def test_more_are_divided_and_each_is_in_one_shard(tmp_path):
    divided = shards.divide(MANY, tmp_path)
    assert sorted(sum(divided.values(), [])) == sorted(MANY)
    assert 1 < len(divided) <= shards.SHARDS
    assert list(divided) == sorted(divided) and all(len(name) == 3 for name in divided)
    assert shards.outputs(MANY, "records") == [f"records/shards/{name}.tsv" for name in divided]


def test_ten_thousand_have_a_hundred_jobs_of_like_size(tmp_path):
    divided = shards.divide([f"run_{index:05d}" for index in range(10_000)], tmp_path)
    sizes = [len(names) for names in divided.values()]
    assert len(sizes) == shards.SHARDS and 40 < min(sizes) and max(sizes) < 170


def test_a_calculation_stays_in_its_shard_when_others_come_or_go(tmp_path):
    before = shards.divide(MANY, tmp_path)
    after = shards.divide([*MANY[50:], *(f"new_{index}" for index in range(99))], tmp_path)
    of = {name: shard for shard, names in after.items() for name in names}
    assert all(of[name] == s for s, names in before.items() for name in names if name in of)


def test_what_was_divided_stays_so_when_few_are_left(tmp_path):
    shards.write_note(tmp_path, "000", shards.Note())
    assert sum(map(len, shards.divide(MANY[:3], tmp_path).values())) == 3


def test_records_are_found_in_the_order_of_ids_from_tables_and_by_themselves(tmp_path):
    listed = {"shards/000.tsv": ["b", "d.2"], "shards/001.tsv": ["a", "c"]}
    for name, ids in listed.items():
        write_table(tmp_path / name, [{"calculation": each} for each in ids], shards.COLUMNS)
    expected = [str(tmp_path / f"{name}.nc") for name in ("a", "b", "c", "d.2")]
    assert shards.record_files([tmp_path / name for name in listed]) == expected
    assert shards.record_files(expected) == expected


def test_a_record_that_was_damaged_is_refused(tmp_path):
    (tmp_path / checksums.FOLDER).mkdir()
    table = tmp_path / "calculations" / "shards" / "000.tsv"
    write_table(table, [{"calculation": "a"}], shards.COLUMNS)
    record = tmp_path / "calculations" / "a.nc"
    record.write_bytes(b"whole")
    checksums.note(record)
    assert shards.record_files([table]) == [str(record)]
    record.write_bytes(b"wrong")
    with pytest.raises(SpinlensError, match="a.nc is damaged"):
        shards.record_files([table])


def test_the_generation_changes_once_when_a_record_is_missing(tmp_path):
    """Snakemake keeps the number of the run that made the record again: it must stay."""
    assert shards.generation(tmp_path, "000") == 0
    (tmp_path / "a.nc").touch()
    shards.write_note(tmp_path, "000", shards.Note(0, {"a": "1"}))
    assert shards.generation(tmp_path, "000") == 0
    (tmp_path / "a.nc").unlink()
    assert shards.generation(tmp_path, "000") == 1
    shards.write_note(tmp_path, "000", shards.Note(1, {}))  # its job has begun
    assert shards.generation(tmp_path, "000") == 1
    (tmp_path / "a.nc").touch()
    shards.write_note(tmp_path, "000", shards.Note(1, {"a": "1"}))
    assert shards.generation(tmp_path, "000") == 1


@pytest.mark.parametrize("text", ["", "[1]", '{"other": 1}'])
def test_a_damaged_note_is_an_empty_one(tmp_path, text):
    shards.write_note(tmp_path, "000", shards.Note(3, {"a": "1"}))
    assert shards.read_note(tmp_path, "000") == shards.Note(3, {"a": "1"})
    (tmp_path / ".shards" / "000.json").write_text(text)
    assert shards.read_note(tmp_path, "000") == shards.Note()
