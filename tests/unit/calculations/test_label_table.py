"""The label table: its rows as labels, and one clear line for each way it can be wrong."""

import pytest
import yaml
from jsonschema import Draft202012Validator

from paths import ROOT
from spinlens.calculations.label_table import number_or_text, read_label_table

SCHEMA = ROOT / "workflow" / "schemas" / "labels.schema.yaml"


def table(tmp_path, text, encoding="utf-8"):
    path = tmp_path / "labels.csv"
    path.write_bytes(text.encode(encoding))
    return read_label_table(path, SCHEMA)


def refusal(tmp_path, text, **keys):
    with pytest.raises(ValueError) as reason:
        table(tmp_path, text, **keys)
    line = str(reason.value)
    assert "\n" not in line and "labels.csv" in line
    return line


def test_numbers_are_numbers_and_empty_cells_say_nothing(tmp_path):
    text = (
        "calculation,formula,order,total_moment_muB,U,my_note\n"
        "a_FM,CrTe,FM,6.0,4,\n"
        'b_AFM,"Cr,Te",AFM,-1e-3,,"two, words"\n'
        "\n"
    )
    assert table(tmp_path, text) == {
        "a_FM": {
            "calculation": "a_FM",
            "formula": "CrTe",
            "order": "FM",
            "total_moment_muB": 6.0,
            "U": 4,
        },
        "b_AFM": {
            "calculation": "b_AFM",
            "formula": "Cr,Te",
            "order": "AFM",
            "total_moment_muB": -0.001,
            "my_note": "two, words",
        },
    }


def test_spreadsheet_exports_are_read(tmp_path):
    text = "\ufeffcalculation, order \r\n a ,FM\r\n,\r\n"
    assert table(tmp_path, text) == {"a": {"calculation": "a", "order": "FM"}}


def test_an_id_that_looks_like_a_number_stays_text(tmp_path):
    assert list(table(tmp_path, "calculation,U\n007,1\n12,2\n")) == ["007", "12"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ["row 1", "no column is named calculation"]),
        ("formula,order\nCrTe,FM\n", ["row 1", "calculation"]),
        ("calculation,order\na,FM\nb,up\n", ["row 3", "column order", "'up' must be one of FM"]),
        ("calculation,total_moment_muB\na,six\n", ["row 2", "column total_moment_muB", "'six'"]),
        ("calculation,valence_electrons\na,-3\n", ["row 2", "column valence_electrons"]),
        ("calculation,order\na,FM\na,AFM\n", ["row 3", "calculation a"]),
        ("calculation,order\n,FM\n", ["row 2", "calculation"]),
        ("calculation,U,U\na,1,2\n", ["row 1", "'U' is repeated"]),
        ("calculation,U value\na,1\n", ["row 1", "'U value'"]),
        ("calculation,order\na,FM,extra\n", ["row 2", "comma"]),
        ('calculation,order\na,"FM\n', ["quote"]),
    ],
)
def test_a_bad_table_is_one_line_that_says_where(tmp_path, text, words):
    line = refusal(tmp_path, text)
    assert all(word in line for word in words), line


def test_a_table_that_is_no_text_or_not_there(tmp_path):
    assert "UTF-8" in refusal(tmp_path, "calculation,note\na,caf\xe9\n", encoding="latin-1")
    with pytest.raises(ValueError, match="cannot be read"):
        read_label_table(tmp_path / "none.csv", SCHEMA)


def test_the_schema_is_one_and_closed_but_for_a_users_own_labels():
    schema = yaml.safe_load(SCHEMA.read_text())
    Draft202012Validator.check_schema(schema)
    assert schema["additionalProperties"] is False
    validator = Draft202012Validator(schema)
    assert validator.is_valid({"calculation": "a", "own_label": None})
    assert not validator.is_valid({"calculation": "a", "own label": 1})
    assert not validator.is_valid({"calculation": "a", "own_label": [1]})
    assert not validator.is_valid({"own_label": 1})


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("4", 4),
        ("-0", 0),
        ("4.", 4.0),
        (".5", 0.5),
        ("1e-3", 0.001),
        ("007", "007"),
        ("1_000", "1_000"),
        ("nan", "nan"),
        ("1e999", "1e999"),
        ("٣", "٣"),
        ("FM", "FM"),
    ],
)
def test_what_counts_as_a_number(text, value):
    assert number_or_text(text) == value
    assert type(number_or_text(text)) is type(value)


def test_local_moments_are_a_list_and_orders_in_supercells_are_known(tmp_path):
    text = "calculation,order,local_moments_muB\na,3to1,3 2.95 -2.9 0\n"
    assert table(tmp_path, text)["a"] == {
        "calculation": "a", "order": "3to1", "local_moments_muB": [3.0, 2.95, -2.9, 0.0],
    }  # fmt: skip
    with pytest.raises(ValueError, match="row 2, column local_moments_muB.*'up'"):
        table(tmp_path, "calculation,local_moments_muB\na,3 up\n")
    with pytest.raises(ValueError, match="row 2, column order"):
        table(tmp_path, "calculation,order\na,4to1\n")


@pytest.mark.parametrize(("separator", "name"), [(";", "semicolons"), ("\t", "tabs")])
def test_other_separators_are_named(tmp_path, separator, name):
    text = separator.join(["calculation", "order"]) + "\n"
    line = refusal(tmp_path, text)
    assert line.endswith(f"row 1: cells are separated by {name}; save the table with commas")
    assert "no column is named calculation" in refusal(tmp_path, "name,order\n")  # the control
