"""Damaged results are never trusted, wherever they are damaged; other files are left alone."""

import os
import random
import shutil
import time

import pytest

from damage import damage
from spinlens.core import checksums
from spinlens.core.errors import SpinlensError
from spinlens.core.files import whole, write_json, write_table, write_text


@pytest.fixture
def results(tmp_path):
    folder = tmp_path / "results"
    (folder / checksums.FOLDER).mkdir(parents=True)
    checksums._results_above.cache_clear()
    write_table(folder / "samples.tsv", [{"calculation": f"run_{i}"} for i in range(9)])
    write_json(folder / "models" / "base" / "metrics.json", {"accuracy": 0.5})
    with whole(folder / "dataset.nc") as temporary:
        temporary.write_bytes(random.Random(0).randbytes(5000))
    return folder


def files(results):
    every = [path for path in results.rglob("*") if path.is_file()]
    return [path for path in every if checksums.FOLDER not in path.parts]


def later(path):
    """Writing takes a clock's tick at least, as it does outside of tests."""
    os.utime(path, ns=(time.time_ns() + 10**9,) * 2)


def test_files_as_they_were_written_are_trusted(results):
    assert len(files(results)) == 3
    checksums.require(files(results))
    checksums.require([results / "models"])
    assert checksums.changed_line(results) == ""


def test_damage_anywhere_is_noticed_and_named(results):
    chance = random.Random(0)
    for index in range(200):
        path = chance.choice(files(results))
        with damage(path, chance, cut=index % 2 == 1):
            later(path)
            with pytest.raises(SpinlensError, match="is damaged, or was changed"):
                checksums.require([path])
            assert checksums.changed_line(results).startswith(f"{path} is damaged")
        assert checksums.changed_line(results) == ""


def test_damage_that_leaves_size_and_time_is_noticed_by_who_reads_the_file(results):
    path = results / "dataset.nc"
    times = path.stat()
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    with pytest.raises(SpinlensError, match=r"dataset\.nc is damaged"):
        checksums.require([results])


def test_a_large_file_is_read_again_only_if_its_size_or_time_differs(results, monkeypatch):
    path = results / "dataset.nc"
    monkeypatch.setattr(checksums, "LARGE_BYTES", 5000)
    with monkeypatch.context() as patched:
        patched.setattr(checksums, "_measured", None)  # reading it would fail
        checksums.require([results / "dataset.nc"])
    chance = random.Random(0)
    for cut in (True, False):
        with damage(path, chance, cut=cut):
            later(path)
            with pytest.raises(SpinlensError, match=r"dataset\.nc is damaged"):
                checksums.require([path])
    later(path)
    checksums.require([path])


def test_rows_cut_off_a_table_are_noticed(results):
    table = results / "samples.tsv"
    table.write_text("".join(table.read_text().splitlines(keepends=True)[:-2]))
    with pytest.raises(SpinlensError, match=r"samples\.tsv is damaged"):
        checksums.require([table])


def test_a_file_that_is_written_again_is_trusted_again(results):
    (results / "samples.tsv").write_text("changed")
    write_text(results / "samples.tsv", "new\n")
    checksums.require([results])
    assert checksums.changed_line(results) == ""


def test_a_deleted_file_is_not_missed_and_a_touched_one_is_trusted(results):
    (results / "samples.tsv").unlink()
    later(results / "dataset.nc")
    assert checksums.changed_line(results) == ""


def test_a_damaged_checksum_is_that_of_no_file(results):
    note = results / checksums.FOLDER / "samples.tsv.json"
    note.write_text("{")
    with pytest.raises(SpinlensError, match=r"samples\.tsv is damaged"):
        checksums.require([results / "samples.tsv"])
    assert "samples.tsv is damaged" in checksums.changed_line(results)


def test_nothing_is_noted_or_checked_outside_of_results(tmp_path):
    write_text(tmp_path / "own.txt", "one")
    (tmp_path / "own.txt").write_text("two")
    checksums.require([tmp_path / "own.txt", tmp_path / "missing.txt"])
    assert [path.name for path in tmp_path.iterdir()] == ["own.txt"]


def store(results, shards=("0", "1")):
    with whole(results / "dataset.zarr") as temporary:
        for name in (*shards, "zarr.json"):
            write_text(temporary / "charge" / name, f"content of {name}")
    return results / "dataset.zarr"


def test_a_folder_that_is_one_thing_has_one_checksum(results):
    folder = store(results)
    assert [path.name for path in (results / checksums.FOLDER).glob("dataset.zarr*")] == [
        "dataset.zarr.json"
    ]
    (folder / ".snakemake_timestamp").touch()
    later(folder / ".snakemake_timestamp")
    checksums.require([folder, results])
    assert checksums.changed_line(results) == ""
    store(results, shards=("0",))  # replaced
    assert not (folder / "charge" / "1").exists()
    checksums.require([folder])


@pytest.mark.parametrize("change", ["missing", "more", "renamed", "cut", "flipped", "empty"])
def test_damage_anywhere_in_a_folder_is_noticed(results, change):
    folder = store(results)
    shard = folder / "charge" / "1"
    content = shard.read_bytes()
    if change in ("missing", "empty"):
        shard.unlink()
    if change == "empty":
        for path in (folder / "charge").iterdir():
            path.unlink()
    if change == "more":
        shard.with_name("2").write_bytes(content)
    if change == "renamed":
        later(shard.rename(shard.with_name("2")))
    if change == "cut":
        shard.write_bytes(content[:-1])
    if change == "flipped":
        shard.write_bytes(content[:-1] + b"?")
        later(shard)
    for given in (folder, results):
        with pytest.raises(SpinlensError, match=r"dataset\.zarr is damaged"):
            checksums.require([given])
    assert checksums.changed_line(results).startswith(f"{folder} is damaged")


def test_a_deleted_folder_is_not_missed(results):
    shutil.rmtree(store(results))
    assert checksums.changed_line(results) == ""
