"""Files that are either whole or absent."""

import csv
import json
import os
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole(path):
    """Path to write to, renamed to `path` when the block ends well and removed when it fails.

    The temporary name keeps the suffix, because writers choose a format by it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        yield temporary
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def write_text(path, text):
    """Write a UTF-8 text file whole."""
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def write_json(path, value):
    """Write JSON whole; a NaN is an error, because JSON has none: give None instead."""
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def write_table(path, rows, columns=None):
    """Write rows (dicts) whole as a table with a header: tab-separated for `.tsv`, else commas.

    `columns` names the columns, which a table without rows needs.
    """
    with whole(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        fields = columns or list(rows[0])
        writer = csv.DictWriter(file, fields, dialect=_dialect(path), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def read_table(path):
    """Rows of a table with a header, as dicts of strings."""
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, dialect=_dialect(path)))


def _dialect(path):
    return "excel-tab" if str(path).endswith(".tsv") else "excel"
