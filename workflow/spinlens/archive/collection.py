"""Bring an archive up to date with the calculations of a tree."""

import errno
import hashlib
import os
import stat
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from spinlens.archive import store
from spinlens.archive.contents import potcar, potentials, sources
from spinlens.archive.manifest import mtime_ns, read_manifest, row, write_manifest
from spinlens.calculations.run_files import without_compression
from spinlens.core.errors import SpinlensError
from spinlens.core.files import write_text

SPEC = "POTCAR.spec"
SECONDS_BETWEEN_SAVES = 30
DISK_ENDS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


@dataclass
class Outcome:
    """What a collection did: files stored, with their bytes, left as they are, and kept although
    their source is gone; a line for each calculation or file that is gone or empty and was never
    archived, and for each that is there but not archived."""

    stored: int = 0
    stored_bytes: int = 0
    unchanged: int = 0
    kept: int = 0
    gone: list = field(default_factory=list)
    failed: list = field(default_factory=list)

    def __str__(self):
        return (
            f"{self.stored} files stored ({self.stored_bytes / 1e9:.2f} GB), {self.unchanged} "
            f"unchanged, {self.kept} kept whose source is gone"
        )


def collect(calculations, root, archive, mode, tell=print):
    """Archive a list of Calculations found below `root`, and return the Outcome.

    mode: "copy", or "link" for hard links. `tell` is given a line every half minute; the
    manifest is saved as often, so that a killed run goes on where it was. What cannot be
    archived does not stop the rest. Raises SpinlensError where nothing can be: tree and archive
    lie in each other, the manifest is damaged, the disk is full, a hard link would leave its
    file system.
    """
    archive = Path(archive)
    check_place(root, archive)
    manifest = read_manifest(archive)
    write_manifest(archive, manifest)
    collection = _Collection(archive, mode, manifest)
    saved = monotonic()
    try:
        for number, calculation in enumerate(calculations, start=1):
            collection.add(calculation)
            if monotonic() - saved > SECONDS_BETWEEN_SAVES:
                write_manifest(archive, manifest)
                tell(f"{number} of {len(calculations)} calculations: {collection.outcome}")
                saved = monotonic()
        collection.account_for_the_rest()
    finally:
        write_manifest(archive, manifest)
    return collection.outcome


def check_place(root, archive):
    """Raise SpinlensError unless tree and archive lie outside each other: the next search for
    calculations would find the archived ones as well."""
    tree, place = Path(root).resolve(), Path(archive).resolve()
    if place == tree or tree in place.parents or place in tree.parents:
        raise SpinlensError(
            f"archive: {archive} and the folder of calculations {root} must lie outside each other"
        )


class _Collection:
    def __init__(self, archive, mode, manifest):
        self.archive = archive
        self.mode = mode
        self.manifest = manifest
        self.outcome = Outcome()
        self.present = set()
        self.archived = {}
        for calculation, file in manifest:
            self.archived.setdefault(calculation, []).append(file)

    def add(self, calculation):
        try:
            folder = os.path.realpath(calculation.folder)
            os.listdir(folder)
            self._check_same_folder(calculation.id, folder)
            (self.archive / calculation.id).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            self._failed(calculation.folder, error, calculation.note)
            return
        self._add_potentials(calculation.id, potcar(calculation), folder)
        for file, path in sources(calculation).items():
            self._add_file(calculation.id, file, path, folder)

    def account_for_the_rest(self):
        for key in sorted(self.manifest.keys() - self.present):
            path = self.archive.joinpath(*key)
            if path.exists():
                self.outcome.kept += 1
            else:
                source = self.manifest[key]["source"]
                self.outcome.failed.append(f"{path} is missing, and its source {source} is gone")

    def _check_same_folder(self, id, folder):
        for file in self.archived.get(id, [])[:1]:
            known = os.path.dirname(self.manifest[id, file]["source"])
            if known != folder:
                raise OSError(
                    f"the archive holds another calculation as {id}, that of {known}: give this "
                    "tree an archive of its own"
                )

    def _add_file(self, id, file, path, folder):
        key, target = (id, file), self.archive / id / file
        try:
            status = os.stat(path)
            if not stat.S_ISREG(status.st_mode):
                raise OSError("no regular file")
            if self._is_stored(key, target, status):
                self._unchanged(key)
            elif self._was_emptied(key, target, status):
                self._unchanged(key)
                self.outcome.gone.append(f"{path} is empty now: the archived one is kept")
            else:
                stored = {"copy": store.copy, "link": store.link}[self.mode](path, target)
                self._stored(key, os.path.join(folder, os.path.basename(path)), stored, status)
                self._remove_other_forms(key)
        except FileNotFoundError:
            if key not in self.manifest:
                self.outcome.gone.append(f"{path} is gone and was never archived")
        except OSError as error:
            self._failed(path, error)

    def _add_potentials(self, id, path, folder):
        key, target = (id, SPEC), self.archive / id / SPEC
        try:
            status = os.stat(path) if path else None
            known = self.manifest.get(key)
            if status and known and mtime_ns(known) == status.st_mtime_ns and target.is_file():
                self._unchanged(key)
            elif status and (lines := potentials(path)):
                write_text(target, lines)
                stored = len(lines.encode()), hashlib.sha256(lines.encode()).hexdigest()
                self._stored(key, os.path.join(folder, os.path.basename(path)), stored, status)
        except OSError as error:
            self._failed(path, error)

    def _is_stored(self, key, target, status):
        if key not in self.manifest or not target.is_file():
            return False
        known, archived = self.manifest[key], target.stat()
        is_link = (archived.st_dev, archived.st_ino) == (status.st_dev, status.st_ino)
        return (
            (int(known["size"]), mtime_ns(known)) == (status.st_size, status.st_mtime_ns)
            and archived.st_size == status.st_size
            and not (is_link and self.mode == "copy")
        )

    def _was_emptied(self, key, target, status):
        """VASP empties a CHGCAR when a run starts over, and a full disk does too."""
        return not status.st_size and target.is_file() and target.stat().st_size > 0

    def _unchanged(self, key):
        self.present.add(key)
        self.outcome.unchanged += 1

    def _stored(self, key, source, stored, status):
        id, file = key
        self.manifest[key] = row(id, source, file, stored, status)
        self.present.add(key)
        self.outcome.stored += 1
        self.outcome.stored_bytes += stored[0]

    def _remove_other_forms(self, key):
        """CHGCAR was archived and has become CHGCAR.gz: one file, of which the archive would be
        read in the form that the tree no longer has."""
        id, file = key
        for other in self.archived.get(id, []):
            same = without_compression(other) == without_compression(file)
            known = self.manifest.get((id, other))
            if known and same and other != file and not os.path.lexists(known["source"]):
                (self.archive / id / other).unlink(missing_ok=True)
                del self.manifest[id, other]

    def _failed(self, path, error, note=""):
        if error.errno == errno.EXDEV:
            raise SpinlensError(
                f"archive_mode: link makes hard links, and {path} lies on another file system "
                f"than {self.archive}: take archive_mode: copy"
            ) from None
        if error.errno in DISK_ENDS:
            raise SpinlensError(f"archive: {self.archive}: {error.strerror}") from None
        reason = "; ".join(filter(None, (error.strerror or str(error), note)))
        self.outcome.failed.append(f"{path} is not archived: {reason}")
