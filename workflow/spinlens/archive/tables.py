"""Tables of an archive: the manifest, a line per file with its source, and the labels."""

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from spinlens.calculations.find import Calculation
from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_table, write_table

Row = dict[str, str]
Manifest = dict[tuple[str, str], Row]  # by calculation and file

MANIFEST = "manifest.tsv"
COLUMNS = ("calculation", "source", "file", "size", "sha256", "mtime")
LABELS = "labels.csv"


def read_manifest(archive: Path | str) -> Manifest:
    """Read an archive's manifest.

    Parameters
    ----------
    archive
        Directory of the archive.

    Returns
    -------
    Manifest
        Rows of texts by calculation and file, size in bytes, mtime of the source in seconds since
        the epoch; empty if there is no manifest yet.

    Raises
    ------
    SpinlensError
        The file is not a manifest.
    """
    path = Path(archive, MANIFEST)
    if not path.exists():
        return {}
    try:
        _check_header(path)
        manifest = {(row["calculation"], row["file"]): row for row in read_table(path)}
        for row in manifest.values():
            int(row["size"]), mtime_ns(row)
    except (AttributeError, KeyError, TypeError, ValueError):
        raise SpinlensError(f"{path} is damaged: move it away, and all is stored anew") from None
    return manifest


def write_manifest(archive: Path | str, manifest: Manifest) -> None:
    """Write an archive's manifest whole, sorted.

    Parameters
    ----------
    archive
        Directory of the archive.
    manifest
        Rows by calculation and file.
    """
    write_table(Path(archive, MANIFEST), [manifest[key] for key in sorted(manifest)], COLUMNS)


def manifest_row(
    calculation: str, source: str, file: str, stored: tuple[int, str], status: os.stat_result
) -> Row:
    """Row of a stored file.

    Parameters
    ----------
    calculation
        Id of the calculation.
    source
        Path of the source.
    file
        Name in the archive.
    stored
        Size in bytes and sha256.
    status
        Status of the source.

    Returns
    -------
    Row
        Texts by column.
    """
    size, digest = stored
    seconds, nanoseconds = divmod(status.st_mtime_ns, 10**9)
    values = (calculation, source, file, str(size), digest, f"{seconds}.{nanoseconds:09d}")
    return dict(zip(COLUMNS, values, strict=True))


def mtime_ns(row: Mapping[str, str]) -> int:
    """Time at which a row's source was last modified.

    Parameters
    ----------
    row
        Row of a manifest.

    Returns
    -------
    int
        Nanoseconds since the epoch.
    """
    seconds, _, fraction = row["mtime"].partition(".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0"))


def write_labels(
    archive: Path | str, label_table: Path | str | None, calculations: Iterable[Calculation]
) -> None:
    """Write an archive's label table whole.

    It has a row for each calculation with labels in its path, overridden by the rows of the label
    table, and the rows that the archive has of calculations that are in neither any more. Without
    a row, no table is written.

    Parameters
    ----------
    archive
        Directory of the archive.
    label_table
        Label table of the calculations, or None.
    calculations
        Calculations from `find`.
    """
    calculations = list(calculations)
    known = {calculation.id for calculation in calculations}
    rows = {id: row for id, row in _label_rows(Path(archive, LABELS)).items() if id not in known}
    for calculation in calculations:
        if calculation.names:
            names = {name: str(value) for name, value in calculation.names.items()}
            rows[calculation.id] = {"calculation": calculation.id} | names
    for id, row in (_label_rows(Path(label_table)) if label_table else {}).items():
        labels = {name: cell for name, cell in row.items() if cell}
        rows[id] = (rows.get(id, {}) if id in known else {}) | labels
    if rows:
        columns = dict.fromkeys(("calculation", *(name for row in rows.values() for name in row)))
        write_table(Path(archive, LABELS), [rows[id] for id in sorted(rows)], list(columns))


def _check_header(path: Path) -> None:
    with open(path, encoding="utf-8") as file:
        if file.readline().rstrip("\n").split("\t") != list(COLUMNS):
            raise ValueError("other columns")


def _label_rows(path: Path) -> dict[str, Row]:
    """Rows of a label table by calculation; none if there is no such file."""
    if not path.exists():
        return {}
    rows = [
        {name.strip(): cell.strip() for name, cell in row.items() if name and cell is not None}
        for row in read_table(path)
    ]
    return {row["calculation"]: row for row in rows if row.get("calculation")}
