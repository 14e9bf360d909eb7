"""Many calculations in shards: one job splits all of a shard, one record each as ever.

A shard's job writes a table of its calculations, on which everything downstream depends. Beside it
a note says what each record was made from, so that a job makes only the records of calculations
that were changed, added or deleted. A calculation stays in its shard however many are added.
"""

import hashlib
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from spinlens.core import checksums
from spinlens.core.files import read_json, read_table, write_json

LARGEST_UNDIVIDED = 200  # calculations with a job each
SHARDS = 100
TABLES, NOTES = "shards", ".shards"
COLUMNS = ["calculation"]


class Note(NamedTuple):
    """What the records of a shard were made from.

    Parameters
    ----------
    generation
        How often missing records were made again.
    made_from
        Digest of what each record was made from, by calculation.
    """

    generation: int = 0
    made_from: Mapping[str, str] = {}


def divide(calculations: Iterable[str], records: Path | str) -> dict[str, list[str]]:
    """Divide calculations into shards, if they are many.

    Parameters
    ----------
    calculations
        Ids of all calculations.
    records
        Folder of their records. Once divided, records of fewer calculations stay so: only the
        notes of their shards say what they were made from.

    Returns
    -------
    dict
        Sorted ids by name of the shard; empty if each calculation has a job of its own.
    """
    names = sorted(calculations)
    if len(names) <= LARGEST_UNDIVIDED and not Path(records, NOTES).is_dir():
        return {}
    shards: dict[str, list[str]] = {}
    for name in names:
        shards.setdefault(f"{zlib.crc32(name.encode()) % SHARDS:03d}", []).append(name)
    return dict(sorted(shards.items()))


def outputs(calculations: Iterable[str], records: str) -> list[str]:
    """Name the outputs of the jobs that split calculations: tables of shards, or records.

    Parameters
    ----------
    calculations, records
        As `divide` takes them.

    Returns
    -------
    list of str
        Paths, sorted.
    """
    names = sorted(calculations)
    shards = divide(names, records)
    if shards:
        return [f"{records}/{TABLES}/{shard}.tsv" for shard in shards]
    return [f"{records}/{name}.nc" for name in names]


def record_files(outputs: Iterable[Path | str]) -> list[str]:
    """Record files that jobs have written.

    Parameters
    ----------
    outputs
        Their outputs, as `outputs` names them.

    Returns
    -------
    list of str
        Paths in the order of the calculations' ids.

    Raises
    ------
    SpinlensError
        A record that a table names was damaged or changed after it was written.
    """
    files, listed = [], []
    for path in map(Path, outputs):
        if path.suffix == ".tsv":
            names = [row["calculation"] for row in read_table(path)]
            listed += [str(_record(path.parent.parent, name)) for name in names]
        else:
            files.append(str(path))
    checksums.require(listed)
    return sorted([*files, *listed], key=lambda file: Path(file).stem)


def generation(records: Path | str, shard: str) -> int:
    """Count how often missing records of a shard were made again, what is to come included.

    A parameter of the shard's rule: its change is how Snakemake learns that a record is missing.

    Parameters
    ----------
    records
        Folder of the records.
    shard
        Name of the shard.

    Returns
    -------
    int
        The number on record, and one more if a record is missing.
    """
    note = read_note(records, shard)
    is_complete = all(_record(records, name).is_file() for name in note.made_from)
    return note.generation + (not is_complete)


def read_note(records: Path | str, shard: str) -> Note:
    """Read what the records of a shard were made from; an empty note if there is none."""
    try:
        return Note(**read_json(_note(records, shard)))
    except (OSError, ValueError, TypeError):
        return Note()


def write_note(records: Path | str, shard: str, note: Note) -> None:
    """Write what the records of a shard were made from."""
    write_json(_note(records, shard), note._asdict())


def is_current(records: Path | str, note: Note, calculation: str, digest: str) -> bool:
    """Whether a calculation has a record that was made from what a digest stands for."""
    return note.made_from.get(calculation) == digest and _record(records, calculation).is_file()


def digest(made_from: Sequence[Any]) -> str:
    """Digest of what a record is made from.

    Parameters
    ----------
    made_from
        What JSON can hold.

    Returns
    -------
    str
        The first 16 digits of a sha256.
    """
    text = json.dumps(made_from, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _record(records: Path | str, calculation: str) -> Path:
    return Path(records, f"{calculation}.nc")


def _note(records: Path | str, shard: str) -> Path:
    return Path(records, NOTES, f"{shard}.json")
