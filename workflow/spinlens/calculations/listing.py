"""Calculations and their labels, read once by the command and taken over by the jobs it submits.

A job on a cluster parses the workflow again. Without these lists, each would go through the whole
folder tree and check every row of the label table. Standard library only: the Snakefile imports it.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from spinlens.calculations.find import Calculation, find_by_id, stamp
from spinlens.calculations.label_table import read_label_table

FOLDER = Path(".snakemake", "listings")  # of the project folder, which the jobs share


class Task(NamedTuple):
    """A calculation of a shard, and what else its record is made from.

    Parameters
    ----------
    calculation
        Fields of a Calculation.
    stamp
        State of its files, from `find.stamp`.
    labels
        Its row of the label table.
    """

    calculation: Mapping[str, Any]
    stamp: str
    labels: Mapping[str, Any]


def calculations(
    root: Path | str,
    pattern: str | None,
    key: str,
    is_job: bool,
    folder: Path = FOLDER,
) -> dict[str, Calculation]:
    """Find the calculations of a folder tree, or read the list that the command made.

    Parameters
    ----------
    root, pattern, key
        As `find.find` takes them.
    is_job
        Whether this process runs a job of a command, which has listed the tree when it began; a
        job that finds no list goes through the tree.
    folder
        Folder of the lists.

    Returns
    -------
    dict
        Calculations by id.

    Raises
    ------
    SpinlensError
        As `find.find_by_id` does.
    """
    place = _place(root, pattern, folder)
    if is_job and (listed := _calculations(_read(place))):
        return listed
    return find_by_id(root, pattern, key)


def write(
    root: Path | str,
    pattern: str | None,
    found: dict[str, Calculation],
    folder: Path = FOLDER,
) -> None:
    """Write the list of calculations, whole or not at all.

    Parameters
    ----------
    root, pattern
        As `find.find` takes them.
    found
        Calculations by id.
    folder
        Folder of the lists.
    """
    rows = [list(vars(each).values()) for each in found.values()]
    _write(_place(root, pattern, folder), rows)


def label_table(
    path: Path | str,
    schema: Path | str,
    is_job: bool,
    keep: bool,
    folder: Path = FOLDER,
) -> dict[str, dict[str, Any]]:
    """Read the label table, or the labels that the command has read from the same text.

    Parameters
    ----------
    path, schema
        As `read_label_table` takes them.
    is_job
        Whether this process runs a job of a command, which has checked the table when it began; a
        job that finds another text than the command's reads and checks it.
    keep
        Whether to write the labels for jobs.
    folder
        Folder of the lists.

    Returns
    -------
    dict
        Calculation id to its labels, name to value.

    Raises
    ------
    SpinlensError
        As `read_label_table` does.
    """
    place, digest = _place(path, "labels", folder), _digest_of_file(path)
    if is_job and digest and len(kept := _read(place)) == 2 and kept[0] == digest:
        return kept[1]
    labels = read_label_table(path, schema)
    if keep:
        _write(place, [digest, labels])
    return labels


def tasks(
    found: Mapping[str, Calculation],
    labels: Mapping[str, Mapping[str, Any]],
    names: Iterable[str],
) -> list[Task]:
    """Collect what the records of a shard are made from, as parameters of its rule.

    Parameters
    ----------
    found
        Calculations by id.
    labels
        Rows of the label table by calculation.
    names
        Ids of the shard's calculations.

    Returns
    -------
    list of Task
        One for each, in order.
    """
    return [Task(vars(found[name]), stamp(found[name]), labels.get(name, {})) for name in names]


def _place(path: Path | str, what: str | None, folder: Path) -> Path:
    name = json.dumps([os.fspath(path), what])
    return (
        folder / f"{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.json"
    )


def _write(place: Path, rows: list[Any]) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):  # an old list never outlives a failure of this one
        place.unlink()
    temporary = place.with_name(f".{place.stem}.{os.getpid()}")
    temporary.write_text(json.dumps(rows), encoding="utf-8")
    os.replace(temporary, place)


def _read(place: Path) -> list[Any]:
    """Read a list; an empty one if it is missing or damaged."""
    try:
        rows = json.loads(place.read_bytes())
    except (OSError, ValueError):
        return []
    return rows if isinstance(rows, list) else []


def _calculations(rows: list[Any]) -> dict[str, Calculation]:
    """Turn a list into calculations; none if it is damaged."""
    try:
        return {row[0]: Calculation(*row) for row in rows}
    except (TypeError, LookupError):
        return {}


def _digest_of_file(path: Path | str) -> str:
    """Digest of a file's bytes; empty if it cannot be read."""
    try:
        return hashlib.sha256(Path(path).read_bytes()).hexdigest()
    except OSError:
        return ""
