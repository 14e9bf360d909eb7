"""Checksums of results: a file that was damaged or changed after it was written is not trusted.

Each file that `core.files.whole` writes below a folder of results gets a checksum in `.checksums`
there. The folder makes the difference: elsewhere nothing is noted and nothing is checked. A file
without a checksum, such as one of an earlier version, is taken as it is. A folder that was written
as one thing, such as a Zarr store, has one checksum of all its files, hidden ones left out: one
that is missing is noticed, too. A large dataset is not read again by every job: while its size and
time are as noted, the checksums of its fields are trusted, which whoever reads one compares.
"""

import hashlib
import json
import os
from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from spinlens.core.errors import SpinlensError

FOLDER = ".checksums"
SUFFIX = ".json"
LARGE_BYTES = 2**30  # half a second to read
MOST_NAMED = 5
# Files that a user may change, and checkpoints, which hold a checksum themselves.
UNCHECKED = (("structures", "vasp"), ("export",), ("checkpoints",),
             ("tensorboard",))  # fmt: skip


def forget(path: Path | str) -> None:
    """Remove the checksum of a file, or a folder, that is about to be replaced."""
    if note := _note_of(Path(path)):
        with suppress(OSError):
            note.unlink()


def note(path: Path | str) -> None:
    """Note the checksum of a file, or a folder, that was just written."""
    if place := _note_of(Path(path)):
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f".{place.name}.{os.getpid()}")
        temporary.write_text(json.dumps(_measured(Path(path))), encoding="utf-8")
        os.replace(temporary, place)


def require(files: Iterable[Path | str]) -> None:
    """Check that files are as they were written.

    Parameters
    ----------
    files
        Files, or folders of files.

    Raises
    ------
    SpinlensError
        One is not: the message names it. Of a file of LARGE_BYTES or more only size and time are
        compared, unless they differ from those of its checksum.
    """
    for given in map(Path, files):
        is_folder = given.is_dir() and not _is_noted(given)
        members = sorted(given.rglob("*")) if is_folder else [given]
        for path in members:
            if path.exists() and not _is_intact(path):
                raise SpinlensError(_line([path]))


def changed_line(results: Path | str) -> str:
    """Name the files of results that were damaged or changed after they were written.

    Only files with another size, or a time later than that of their checksum, are read.

    Parameters
    ----------
    results
        Folder of results.

    Returns
    -------
    str
        One line; empty if every file is as it was written.
    """
    root = Path(results, FOLDER)
    found = []
    for folder, _, names in os.walk(root):
        for name in names:
            place = Path(folder, name)
            path = Path(results, place.relative_to(root)).with_name(name.removesuffix(SUFFIX))
            if name.endswith(SUFFIX) and not name.startswith("..") and _is_suspect(path, place):
                found.append(path)
    return _line(sorted(found)) if found else ""


def _is_suspect(path: Path, place: Path) -> bool:
    """Whether a file exists, was touched since its checksum was noted, and differs from it."""
    try:
        if _is_untouched(path, place):
            return False
    except OSError:
        return False
    if not _is_intact(path):
        return True
    with suppress(OSError):
        os.utime(place)  # touched only: the next look is quick again
    return False


def _is_intact(path: Path) -> bool:
    place = _note_of(path)
    if place is None or not place.is_file():
        return True
    expected = _read(place)
    if expected.get("bytes", 0) >= LARGE_BYTES and _is_untouched(path, place):
        return True
    size = _size(file.stat() for file in _files(path))
    return expected.get("bytes") == size and expected == _measured(path)


def _is_untouched(path: Path, place: Path) -> bool:
    """Whether a file has the noted size, and no time later than that of its checksum."""
    stats = [file.stat() for file in _files(path)]
    latest = max((each.st_mtime_ns for each in stats), default=0)
    return latest <= place.stat().st_mtime_ns and _read(place).get("bytes") == _size(stats)


def _is_noted(path: Path) -> bool:
    place = _note_of(path)
    return place is not None and place.is_file()


def _read(place: Path) -> dict[str, Any]:
    """Read a note; a damaged one is that of no file."""
    try:
        found = json.loads(place.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _files(path: Path) -> list[Path]:
    """List the file itself, or the files of a folder but hidden ones (Snakemake's time stamp)."""
    if not path.is_dir():
        return [path]
    return sorted(
        file for file in path.rglob("*") if file.is_file() and not file.name.startswith(".")
    )


def _size(stats: Iterable[os.stat_result]) -> int:
    return sum(own.st_size for own in stats)


def _measured(path: Path) -> dict[str, Any]:
    files = _files(path)
    digests = {file.relative_to(path).as_posix(): _digest(file) for file in files}
    if path.is_dir():
        digests = {".": hashlib.sha256(json.dumps(digests).encode()).hexdigest()}
    return {"bytes": _size(file.stat() for file in files), "sha256": digests["."]}


def _digest(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _note_of(path: Path) -> Path | None:
    """Place of a file's checksum; None outside folders of results."""
    results = _results_above(Path(os.path.abspath(path.parent)))
    if results is None or FOLDER in path.parts:
        return None
    relative = Path(os.path.abspath(path)).relative_to(results)
    if any(set(parts) <= set(relative.parts) for parts in UNCHECKED):
        return None
    return results / FOLDER / relative.with_name(relative.name + SUFFIX)


@lru_cache(maxsize=4096)
def _results_above(folder: Path) -> Path | None:
    """Nearest folder that holds checksums, the folder itself included."""
    return next((each for each in (folder, *folder.parents) if (each / FOLDER).is_dir()), None)


def _line(paths: list[Path]) -> str:
    named = " ".join(map(str, paths[:MOST_NAMED]))
    more = f" and {len(paths) - MOST_NAMED} more" if len(paths) > MOST_NAMED else ""
    if len(paths) == 1:
        return f"{named} is damaged, or was changed after it was written: delete it and start again"
    return (
        f"{named}{more} are damaged, or were changed after they were written: delete them and "
        "start again"
    )
