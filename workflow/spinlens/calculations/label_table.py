"""Read the label table, a CSV file with one row per calculation."""

import csv
import math
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinlens.core.errors import SpinlensError

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

LABEL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LOCAL_MOMENTS = "local_moments_muB"  # one for each site, spaces between
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d*)")
_DECIMAL = re.compile(r"[-+]?((0|[1-9]\d*)(\.\d*)?|\.\d+)([eE][-+]?\d+)?")


def read_label_table(path: Path | str, schema_path: Path | str) -> dict[str, dict[str, Any]]:
    """Read the labels of each calculation, without empty cells.

    Parameters
    ----------
    path
        CSV file in UTF-8 with a column `calculation`; every other column is a label.
    schema_path
        YAML file with the JSON schema of a row.

    Returns
    -------
    dict
        Calculation id to its labels, name to value; numbers are int or float.

    Raises
    ------
    SpinlensError
        If the table does not follow the schema or names a calculation twice; one line with file,
        row, column and what to fix.
    """
    columns, rows = _read_rows(path)
    validator = _validator(schema_path)
    table: dict[str, dict[str, Any]] = {}
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


def number_or_text(text: str) -> int | float | str:
    """Convert text that is spelled as a number.

    Parameters
    ----------
    text
        Cell of a table, or part of a path.

    Returns
    -------
    int, float or str
        The number if the text is one, without leading zeros and finite; otherwise the text.
    """
    if _INTEGER.fullmatch(text) and text.isascii():
        return int(text)
    if _DECIMAL.fullmatch(text) and text.isascii():
        number = float(text)
        return number if math.isfinite(number) else text
    return text


def _read_rows(path: Path | str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Column names, and line number and cells of each row that is not empty."""
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
        raise SpinlensError(f"{path}: is not CSV ({error}); quote cells with commas") from None
    _check_columns(path, columns)
    return columns, rows


def _check_columns(path: Path | str, columns: list[str]) -> None:
    if "calculation" not in columns:
        for separator, name in ((";", "semicolons"), ("\t", "tabs")):
            if "calculation" in "".join(columns).split(separator):
                raise SpinlensError(
                    f"{path}, row 1: cells are separated by {name}; save the table with commas"
                )
        raise SpinlensError(f"{path}, row 1: no column is named calculation; add it")
    for column in columns:
        if not LABEL_NAME.fullmatch(column):
            raise SpinlensError(
                f"{path}, row 1: {column!r} is not a column name; use letters, digits and "
                "underscores"
            )
    repeated = sorted({column for column in columns if columns.count(column) > 1})
    if repeated:
        raise SpinlensError(f"{path}, row 1: column {repeated[0]!r} is repeated; rename one")


def _labels(columns: list[str], cells: list[str]) -> dict[str, Any]:
    labels: dict[str, Any] = {}
    for column, cell in zip(columns, cells, strict=False):
        text = cell.strip()
        if text:
            labels[column] = _value(column, text)
    return labels


def _value(column: str, text: str) -> Any:
    if column == "calculation":
        return text
    if column == LOCAL_MOMENTS:
        values = [number_or_text(each) for each in text.split()]
        return [float(each) if isinstance(each, int) else each for each in values]
    return number_or_text(text)


def _validator(schema_path: Path | str) -> "Draft202012Validator":
    import yaml
    from jsonschema import Draft202012Validator

    with open(schema_path, encoding="utf-8") as file:
        return Draft202012Validator(yaml.safe_load(file))


def _check(validator: "Draft202012Validator", labels: dict[str, Any], row: str) -> None:
    for error in sorted(validator.iter_errors(labels), key=lambda error: list(error.path)):
        column = f", column {error.path[0]}" if error.path else ""
        expected = error.schema.get("description") if error.validator == "pattern" else None
        message = f"{error.instance!r} must be {expected}" if expected else error.message
        raise SpinlensError(f"{row}{column}: {' '.join(message.split())}")
