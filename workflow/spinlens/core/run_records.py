"""Records of how results were made, kept with the results.

Snakemake notes the parameters, inputs and code of each output in `.snakemake/metadata`, a file for
each, whose name is the output's path in base 64. Without that folder, and in another clone, it
takes every existing file as up to date. So these notes are copied to the folder of results, and
from there before a run is planned.
"""

import os
import shutil
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

FOLDER = ".records"
METADATA = Path(".snakemake", "metadata")
INCOMPLETE = Path(".snakemake", "incomplete")
CHECKPOINTS = "checkpoints/fits"  # of unfinished fits, as the folders of the fits below results
DEPTH = 5  # point, target, split, fold, labels
NAME_LENGTH = 254  # of a part of a record's name
SECONDS = 5.0  # between two copies while jobs finish


def restore(results: str, metadata: Path = METADATA) -> int:
    """Copy the records that stand with the results to Snakemake's folder, if they are newer.

    Parameters
    ----------
    results
        Folder of results, as the config spells it.
    metadata
        Folder of Snakemake's records.

    Returns
    -------
    int
        Number of records that were copied.
    """
    keep(results, metadata)  # those of a run that was killed
    return _copy(results, Path(results, FOLDER), metadata)


def keep(results: str, metadata: Path = METADATA) -> int:
    """Copy Snakemake's records of results to the folder of results, if they are newer.

    Parameters
    ----------
    results, metadata
        As `restore` takes them.

    Returns
    -------
    int
        Number of records that were copied.
    """
    return _copy(results, metadata, Path(results, FOLDER))


def mark_unfinished(results: str, incomplete: Path = INCOMPLETE) -> list[str]:
    """Mark the folders of fits that were interrupted: Snakemake would take them as complete.

    Parameters
    ----------
    results
        Folder of results, as the config spells it.
    incomplete
        Folder of Snakemake's marks.

    Returns
    -------
    list[str]
        Folders that were marked.
    """
    places = Path(results, CHECKPOINTS).glob("/".join("*" * DEPTH))
    folders = [f"{results}/{place.relative_to(Path(results, 'checkpoints'))}" for place in places]
    marked = []
    for folder in sorted(filter(os.path.isdir, folders)):
        mark = incomplete / _name(folder)
        if not mark.exists():
            mark.parent.mkdir(parents=True, exist_ok=True)
            mark.write_text('{"external_jobid": null}', encoding="utf-8")
            marked.append(folder)
    return marked


class Keeper:
    """Copies records while jobs finish, at most every few seconds.

    Parameters
    ----------
    results
        Folder of results, as the config spells it.
    """

    def __init__(self, results: str) -> None:
        self.results, self.last = results, 0.0

    def job_finished(self) -> None:
        """Copy, unless that was done a moment ago."""
        if time.monotonic() - self.last >= SECONDS:
            keep(self.results)
            self.last = time.monotonic()


def _copy(results: str, source: Path, target: Path) -> int:
    """Copy the records of outputs below the results that are newer than those of the target."""
    copied = 0
    for record in _records(source):
        relative = record.relative_to(source)
        if _output(relative).startswith(f"{results}/") and _is_newer(record, target / relative):
            with suppress(OSError):
                (target / relative).parent.mkdir(parents=True, exist_ok=True)
                temporary = (target / relative).with_name(f".{os.getpid()}.tmp")
                shutil.copy2(record, temporary)
                os.replace(temporary, target / relative)
                copied += 1
    return copied


def _records(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        yield from (Path(place, name) for name in names if not name.startswith("."))


def _name(output: str) -> Path:
    """Name of an output's record; `_output` reads it."""
    name = urlsafe_b64encode(output.encode()).decode()
    parts = [name[start : start + NAME_LENGTH] for start in range(0, len(name), NAME_LENGTH)]
    return Path(*[f"@{part}" for part in parts[:-1]], parts[-1])


def _output(relative: Path) -> str:
    """Output of a record; a long name is cut into folders that begin with `@`."""
    name = "".join(part.removeprefix("@") for part in relative.parts)
    try:
        return urlsafe_b64decode(name).decode("utf-8")
    except ValueError:
        return ""


def _is_newer(record: Path, other: Path) -> bool:
    try:
        return record.stat().st_mtime_ns > other.stat().st_mtime_ns
    except OSError:
        return record.is_file()
