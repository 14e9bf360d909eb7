"""Store one file in the archive: whole or not at all, and compared with its checksum."""

import hashlib
import os
from contextlib import contextmanager

CHUNK_BYTES = 1 << 22


def copy(source, target):
    """Copy a file with its modification time; (size, sha256) of both.

    Raises OSError where the source changes meanwhile, or the copy reads back differently.
    """
    with _partial(target) as partial:
        with open(source, "rb") as given, open(partial, "wb") as taken:
            before, digest = os.fstat(given.fileno()), hashlib.sha256()
            while chunk := given.read(CHUNK_BYTES):
                digest.update(chunk)
                taken.write(chunk)
            taken.flush()
            os.fsync(taken.fileno())
            after = os.fstat(given.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise OSError("it changed while it was copied: collect again when its run has ended")
        if _sha256(partial) != digest.hexdigest():
            raise OSError("the copy reads back differently: check the archive's disk")
        os.utime(partial, ns=(before.st_atime_ns, before.st_mtime_ns))
    return before.st_size, digest.hexdigest()


def link(source, target):
    """Hard-link a file, not a symbolic link to it; (size, sha256). Raises OSError."""
    with _partial(target) as partial:
        os.link(os.path.realpath(source), partial)
        return partial.stat().st_size, _sha256(partial)


@contextmanager
def _partial(target):
    """A path to store at, which becomes `target` when the block ends well.

    Its name is one that no search for run files finds, and the same each time, so that killed
    runs leave one at most. It may outlast its renaming: of two links to one file both stay.
    """
    partial = target.with_name(f".{target.name}.partial")
    partial.unlink(missing_ok=True)
    try:
        yield partial
        os.replace(partial, target)
    finally:
        partial.unlink(missing_ok=True)


def _sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
