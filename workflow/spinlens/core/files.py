"""Files that are either whole or absent: text, JSON and tables."""

import csv
import errno
import json
import os
import shutil
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinlens.core import checksums
from spinlens.core.errors import DISK_FULL, Unwritable

if TYPE_CHECKING:
    import pandas as pd

FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)
PROBE_BYTES = 2**24


@contextmanager
def whole(path: Path | str) -> Iterator[Path]:
    """Path to write to, renamed to `path` if the block succeeds and removed if it fails.

    The temporary name keeps the suffix, because writers choose a format by it. What is written
    there may be a folder, such as a Zarr store.

    Parameters
    ----------
    path
        File or folder to write; missing parent directories are made.

    Returns
    -------
    Iterator[Path]
        The temporary path, as the value of the `with` statement.

    Raises
    ------
    Unwritable
        The disk is full or takes no file there.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        checksums.forget(path)
        if temporary.is_dir():
            _remove(path)  # a folder is renamed to a free name only
        os.replace(temporary, path)
        checksums.note(path)
    except (OSError, RuntimeError) as fault:
        reason = _disk_fault(fault, temporary)
        if reason is None:
            raise
        raise Unwritable(path, reason) from fault
    finally:
        with suppress(OSError):  # a disk that takes no file may not remove any
            _remove(temporary)


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def _disk_fault(fault: OSError | RuntimeError, temporary: Path) -> OSError | None:
    """Find the disk's own reason; None if something else failed.

    Writers of netCDF and HDF5 do not report it, and others name files that they read: so the
    disk is probed for space.
    """
    if isinstance(fault, Unwritable):
        return None
    if isinstance(fault, OSError) and fault.errno in DISK_FULL:
        return fault
    try:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        place = temporary / "probe" if temporary.is_dir() else temporary
        with open(place, "ab") as probe:
            probe.write(bytes(PROBE_BYTES))
    except OSError as refusal:
        return refusal if refusal.errno in DISK_FULL + FORBIDDEN else None
    return None


def write_text(path: Path | str, text: str) -> None:
    """Write a UTF-8 text file whole."""
    with whole(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def read_json(path: Path | str) -> Any:
    """Value of a JSON file: dictionaries, lists, texts, numbers, booleans and None."""
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_json(path: Path | str, value: Any) -> None:
    """Write a JSON file whole.

    Parameters
    ----------
    path
        File to write.
    value
        What JSON can hold; None instead of NaN.

    Raises
    ------
    ValueError
        A number is NaN or infinite, which JSON does not have.
    """
    write_text(path, json.dumps(value, indent=2, allow_nan=False) + "\n")


def read_table(path: Path | str) -> list[dict[str, str]]:
    """Rows of a small table with a header, every cell as text.

    Parameters
    ----------
    path
        Table, tab-separated if its name ends in `.tsv`, else comma-separated; in UTF-8, a byte
        order mark is ignored.

    Returns
    -------
    list[dict[str, str]]
        A dictionary a row, by column.
    """
    with open(path, newline="", encoding="utf-8-sig") as file:
        return list(csv.DictReader(file, dialect=_dialect(path)))


def write_table(
    path: Path | str, rows: Sequence[Mapping[str, Any]], columns: Iterable[str] | None = None
) -> None:
    """Write rows whole as a table with a header.

    Parameters
    ----------
    path
        Table, tab-separated if its name ends in `.tsv`, else comma-separated.
    rows
        A dictionary a row, by column; None and a missing column become an empty cell.
    columns
        Columns in order; if not given, those of the first row. Needed if there is no row.
    """
    with whole(path) as temporary, open(temporary, "w", newline="", encoding="utf-8") as file:
        fields = list(columns or rows[0])
        writer = csv.DictWriter(file, fields, dialect=_dialect(path), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def link_copy(files: Iterable[Path | str], folder: Path | str) -> None:
    """Keep files under a second name, which stays when the first is removed; it takes no space.

    Parameters
    ----------
    files
        Files that exist.
    folder
        Folder of the second names; files of these names there are replaced.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    for file in map(Path, files):
        second = Path(folder, file.name)
        second.unlink(missing_ok=True)
        try:
            os.link(file, second)
        except OSError:  # a file system without hard links
            second.write_bytes(file.read_bytes())


def read_frame(path: Path | str, text: bool = False) -> "pd.DataFrame":
    """Table as a pandas DataFrame, for what works on whole columns.

    Parameters
    ----------
    path
        Table, tab-separated if its name ends in `.tsv`, else comma-separated.
    text
        Whether every cell stays text, an empty one too. Otherwise columns of numbers become
        numbers, and an empty cell and `nan` are missing; any other word, as `none`, stays.

    Returns
    -------
    pd.DataFrame
        The table's columns.
    """
    import pandas as pd

    options: dict[str, Any] = {"dtype": str} if text else {"na_values": ["", "nan"]}
    return pd.read_csv(path, sep=_separator(path), keep_default_na=False, **options)


def up_to_date(files: Iterable[Path | str], than: Path | str | None = None) -> list[str]:
    """Files that exist and are not older than another file.

    Parameters
    ----------
    files
        Files to choose from.
    than
        The other file; if it is missing or not given, every existing file is chosen.

    Returns
    -------
    list[str]
        Their paths, in the given order.
    """
    since = Path(than).stat().st_mtime if than and Path(than).is_file() else 0
    existing = [str(file) for file in files if Path(file).is_file()]
    return [file for file in existing if Path(file).stat().st_mtime >= since]


def _separator(path: Path | str) -> str:
    return "\t" if str(path).endswith(".tsv") else ","


def _dialect(path: Path | str) -> str:
    return "excel-tab" if _separator(path) == "\t" else "excel"
