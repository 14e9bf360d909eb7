"""Files that are either whole or absent."""

import csv
import errno
import json
import os
from contextlib import contextmanager, suppress
from pathlib import Path

from spinlens.core.errors import DISK_FULL, Unwritable

FORBIDDEN = (errno.EROFS, errno.EACCES, errno.EPERM)
PROBE_BYTES = 2**24


@contextmanager
def whole(path):
    """Path to write to, renamed to `path` when the block ends well and removed when it fails.

    The temporary name keeps the suffix, because writers choose a format by it. Raises
    Unwritable where the disk is full or takes no file there.
    """
    path = Path(path)
    temporary = path.with_name(f".{path.stem}.{os.getpid()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        os.replace(temporary, path)
    except (OSError, RuntimeError) as fault:
        why = _why_not_written(fault, temporary)
        if why is None:
            raise
        raise Unwritable(path, why) from fault
    finally:
        with suppress(OSError):  # a disk that takes no file may not remove any
            temporary.unlink()


def _why_not_written(fault, temporary):
    """The disk's own reason (an OSError), or None where something else failed. Writers of netCDF
    and HDF5 do not tell it, and others name files that they read: the disk is asked for room."""
    if isinstance(fault, Unwritable):
        return None
    if isinstance(fault, OSError) and fault.errno in DISK_FULL:
        return fault
    try:
        temporary.parent.mkdir(parents=True, exist_ok=True)
        with open(temporary, "ab") as probe:
            probe.write(bytes(PROBE_BYTES))
    except OSError as refusal:
        return refusal if refusal.errno in DISK_FULL + FORBIDDEN else None
    return None


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


def up_to_date(files, than=None):
    """Those of the files that exist and are not older than another file, if that exists."""
    since = Path(than).stat().st_mtime if than and Path(than).is_file() else 0
    made = [str(file) for file in files if Path(file).is_file()]
    return [file for file in made if Path(file).stat().st_mtime >= since]


def _dialect(path):
    return "excel-tab" if str(path).endswith(".tsv") else "excel"
