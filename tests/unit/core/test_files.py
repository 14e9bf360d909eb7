"""Files are whole or absent."""

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from spinlens.core import errors, files


def test_a_failing_writer_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), files.whole(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_is_whole_or_as_it_was(tmp_path):
    path = tmp_path / "store.zarr"
    for content in ("old", "new"):
        with files.whole(path) as temporary:
            temporary.mkdir()
            (temporary / content).write_text(content)
        with pytest.raises(RuntimeError), files.whole(path) as temporary:
            temporary.mkdir()
            (temporary / "half").write_text("half")
            raise RuntimeError
        assert [file.name for file in path.iterdir()] == [content]
        assert list(tmp_path.iterdir()) == [path]


def test_the_temporary_name_keeps_the_suffix(tmp_path):
    with files.whole(tmp_path / "model.keras") as temporary:
        assert temporary.suffix == ".keras"
        temporary.write_text("whole")
    assert (tmp_path / "model.keras").read_text() == "whole"


def test_json_refuses_what_is_no_json(tmp_path):
    with pytest.raises(ValueError):
        files.write_json(tmp_path / "a.json", {"loss": float("nan")})
    files.write_json(tmp_path / "a.json", {"loss": None})
    assert files.read_json(tmp_path / "a.json") == {"loss": None}


@pytest.mark.parametrize("name", ["a.tsv", "a.csv"])
def test_tables_come_back_as_they_went(tmp_path, name):
    rows = [{"calculation": "x y", "reason": 'a "b", c\tand\nd'}]
    files.write_table(tmp_path / name, rows)
    assert files.read_table(tmp_path / name) == rows
    files.write_table(tmp_path / name, [], ["calculation", "reason"])
    assert files.read_table(tmp_path / name) == []


def test_a_frame_has_numbers_and_missing_cells_or_text(tmp_path):
    rows = [
        {"loss": "0.5", "optimizer": "none", "element": "Na"},
        {"loss": "nan", "optimizer": "", "element": "NA"},
    ]
    for name in ("a.tsv", "a.csv"):
        files.write_table(tmp_path / name, rows)
        frame = files.read_frame(tmp_path / name)
        assert frame["loss"][0] == 0.5 and list(frame["loss"].isna()) == [False, True]
        assert frame["optimizer"][0] == "none" and list(frame["optimizer"].isna()) == [False, True]
        assert list(frame["element"]) == ["Na", "NA"]
        assert files.read_frame(tmp_path / name, text=True).to_dict("records") == rows


def test_a_byte_order_mark_is_no_part_of_the_first_column(tmp_path):
    (tmp_path / "a.csv").write_text("calculation,U\nx,2\n", encoding="utf-8-sig")
    assert files.read_table(tmp_path / "a.csv") == [{"calculation": "x", "U": "2"}]


def test_a_full_disk_is_one_line_that_says_what_to_do(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("old")
    with pytest.raises(errors.Unwritable) as fault, files.whole(path) as temporary:
        temporary.write_text("half")
        raise OSError(errno.ENOSPC, "No space left on device")
    assert str(fault.value).startswith(f"{path} cannot be written (No space left on device): free")
    assert "\n" not in str(fault.value)
    assert [file.read_text() for file in tmp_path.iterdir()] == ["old"]


def test_a_writer_that_does_not_tell_is_asked_for_the_disks_reason(tmp_path, monkeypatch):
    def refuse(path, mode):
        assert mode == "ab"
        raise OSError(errno.EDQUOT, "Disk quota exceeded")

    monkeypatch.setattr(files, "open", refuse, raising=False)
    with pytest.raises(errors.Unwritable, match="Disk quota exceeded"):
        with files.whole(tmp_path / "a.nc"):
            raise RuntimeError("NetCDF: HDF error")


def test_another_fault_stays_what_it_is(tmp_path):
    for fault in (ValueError("no number"), RuntimeError("NaN"), FileNotFoundError(2, "none", "b")):
        with pytest.raises(type(fault)) as raised, files.whole(tmp_path / "a.txt"):
            raise fault
        assert raised.value is fault
    assert list(tmp_path.iterdir()) == []


def run_script(code):
    library = {"PYTHONPATH": str(Path(files.__file__).parents[2])}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=os.environ | library
    )


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
@pytest.mark.parametrize("full", ["its file's disk", "its log's disk"])
def test_a_script_ends_in_one_line(tmp_path, full):
    log = tmp_path / "a.log" if "file" in full else Path("/dev/full")
    ending = (
        "raise errors.Unwritable('a.nc', OSError(28, 'full'))" if "file" in full else "print(1)"
    )
    done = run_script(f"from spinlens.core import errors, log; log.to_file({str(log)!r}); {ending}")
    assert done.returncode != 0
    said = done.stderr + (log.read_text() if log.is_file() else "")
    assert "Traceback" not in said and said.count("cannot be written") == 1


@pytest.mark.parametrize("fault", ["errors.SpinlensError", "errors.Excluded", "ValueError"])
def test_what_a_script_refuses_is_one_line_and_a_fault_of_its_own_is_not(tmp_path, fault):
    path = tmp_path / "a.log"
    code = (
        f"from spinlens.core import errors, log; log.to_file({str(path)!r}); raise {fault}('why')"
    )
    assert run_script(code).returncode != 0
    assert (path.read_text() == "why\n") == (fault != "ValueError")
    assert ("Traceback" in path.read_text()) == (fault == "ValueError")


def test_a_second_name_outlives_the_first(tmp_path):
    for text in ("one", "two"):
        files.write_text(tmp_path / "a.txt", text)
        files.link_copy([tmp_path / "a.txt"], tmp_path / "former")
        (tmp_path / "a.txt").unlink()
        assert (tmp_path / "former" / "a.txt").read_text() == text
