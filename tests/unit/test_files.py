"""Files are whole or absent."""

import json

import pytest

from spinlens import files


def test_a_failing_writer_leaves_the_old_file_and_nothing_else(tmp_path):
    path = tmp_path / "kept.txt"
    path.write_text("old")
    with pytest.raises(RuntimeError), files.whole(path) as temporary:
        temporary.write_text("half")
        raise RuntimeError
    assert path.read_text() == "old"
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
    assert json.loads((tmp_path / "a.json").read_text()) == {"loss": None}


@pytest.mark.parametrize("name", ["a.tsv", "a.csv"])
def test_tables_come_back_as_they_went(tmp_path, name):
    rows = [{"calculation": "x y", "reason": 'a "b", c\tand\nd'}]
    files.write_table(tmp_path / name, rows)
    assert files.read_table(tmp_path / name) == rows
    files.write_table(tmp_path / name, [], ["calculation", "reason"])
    assert files.read_table(tmp_path / name) == []
