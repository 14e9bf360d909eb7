"""The label table: a CSV with one row per calculation."""

import csv
import re

from spinlens.calculations.numbers import number_or_text
from spinlens.core.errors import SpinlensError

COLUMN_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def read_label_table(path, schema_path):
    """Calculation id -> its labels, without empty cells; numbers as int or float.

    Raises SpinlensError, one line naming file, row, column and what to fix, where the table does
    not follow the schema or names a calculation twice.
    """
    columns, rows = _read_rows(path)
    validator = _validator(schema_path)
    table = {}
    for number, cells in rows:
        if len(cells) > len(columns) and any(cell.strip() for cell in cells[len(columns) :]):
            raise SpinlensError(
                f"{path}, row {number}: {len(cells)} cells under {len(columns)} columns; "
                "remove or quote a comma"
            )
        labels = _labels(columns, cells)
        _check(validator, labels, f"{path}, row {number}")
        name = labels["calculation"]
        if name in table:
            raise SpinlensError(
                f"{path}, row {number}: calculation {name} has a row already; keep one"
            )
        table[name] = labels
    return table


def _read_rows(path):
    try:
        with open(path, newline="", encoding="utf-8-sig") as file:
            reader = csv.reader(file, strict=True)
            columns = [column.strip() for column in next(reader, [])]
            rows = [(reader.line_num, cells) for cells in reader if any(map(str.strip, cells))]
    except OSError as error:
        raise SpinlensError(f"{path}: cannot be read ({error.strerror})") from None
    except UnicodeDecodeError:
        raise SpinlensError(f"{path}: is not UTF-8 text; save it as CSV in UTF-8") from None
    except csv.Error as error:
        raise SpinlensError(f"{path}: is no CSV ({error}); quote cells that hold commas") from None
    if "calculation" not in columns:
        raise SpinlensError(f"{path}, row 1: no column is named calculation; add it")
    for column in columns:
        if not COLUMN_NAME.fullmatch(column):
            raise SpinlensError(
                f"{path}, row 1: {column!r} is no column name; use letters, digits and underscores"
            )
    twice = sorted({column for column in columns if columns.count(column) > 1})
    if twice:
        raise SpinlensError(f"{path}, row 1: column {twice[0]!r} comes twice; rename one")
    return columns, rows


def _labels(columns, cells):
    labels = {}
    for column, cell in zip(columns, cells, strict=False):
        text = cell.strip()
        if text:
            labels[column] = text if column == "calculation" else number_or_text(text)
    return labels


def _validator(schema_path):
    import yaml
    from jsonschema import Draft202012Validator

    with open(schema_path, encoding="utf-8") as file:
        return Draft202012Validator(yaml.safe_load(file))


def _check(validator, labels, where):
    for error in sorted(validator.iter_errors(labels), key=lambda error: list(error.path)):
        column = f", column {error.path[0]}" if error.path else ""
        raise SpinlensError(f"{where}{column}: {' '.join(error.message.split())}")
