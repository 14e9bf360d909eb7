"""The list of calculations, made once by the command and read by the jobs that it submits.

A job on a cluster parses the workflow again. Without the list, each would go through the whole
folder tree. Standard library only: the Snakefile imports it.
"""

import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from spinlens.calculations.find import Calculation, find_by_id, stamp

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
    if is_job and (listed := _read(place)):
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
    place = _place(root, pattern, folder)
    place.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):  # an old list never outlives a failure of this one
        place.unlink()
    temporary = place.with_name(f".{place.stem}.{os.getpid()}")
    rows = [list(vars(each).values()) for each in found.values()]
    temporary.write_text(json.dumps(rows), encoding="utf-8")
    os.replace(temporary, place)


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


def _place(root: Path | str, pattern: str | None, folder: Path) -> Path:
    name = json.dumps([os.fspath(root), pattern])
    return (
        folder / f"{hashlib.sha256(name.encode('utf-8', 'surrogateescape')).hexdigest()[:16]}.json"
    )


def _read(place: Path) -> dict[str, Calculation]:
    """Read a list; no calculation if it is missing or damaged."""
    try:
        rows = json.loads(place.read_bytes())
        return {row[0]: Calculation(*row) for row in rows}
    except (OSError, ValueError, TypeError, LookupError):
        return {}
