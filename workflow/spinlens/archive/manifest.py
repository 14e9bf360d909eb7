"""The manifest: a line for every file of the archive, saying where it came from."""

from pathlib import Path

from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_table, write_table

NAME = "manifest.tsv"
COLUMNS = ("calculation", "source", "file", "size", "sha256", "mtime")


def read_manifest(archive):
    """Rows of an archive's manifest by (calculation, file); {} where there is none yet.

    A row is a dict of texts: size in bytes, mtime of the source in seconds since the epoch.
    Raises SpinlensError.
    """
    path = Path(archive, NAME)
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


def write_manifest(archive, manifest):
    """Write rows by (calculation, file) whole, sorted."""
    write_table(Path(archive, NAME), [manifest[key] for key in sorted(manifest)], COLUMNS)


def row(calculation, source, file, stored, status):
    """A row of the file stored from a source; stored: its (size, sha256), status: the source's
    os.stat_result."""
    size, digest = stored
    seconds, nanoseconds = divmod(status.st_mtime_ns, 10**9)
    values = (calculation, source, file, str(size), digest, f"{seconds}.{nanoseconds:09d}")
    return dict(zip(COLUMNS, values, strict=True))


def _check_header(path):
    with open(path, encoding="utf-8") as file:
        if file.readline().rstrip("\n").split("\t") != list(COLUMNS):
            raise ValueError("other columns")


def mtime_ns(row):
    """When a row's source was last modified, ns since the epoch."""
    seconds, _, fraction = row["mtime"].partition(".")
    return int(seconds) * 10**9 + int(fraction.ljust(9, "0"))
