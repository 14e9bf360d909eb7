"""Bring an archive up to date with the calculations of a tree."""

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from spinlens.archive import stored_files
from spinlens.archive.stored_files import potcar, potentials, sources
from spinlens.archive.tables import Manifest, manifest_row, mtime_ns, read_manifest, write_manifest
from spinlens.calculations.find import Calculation
from spinlens.calculations.run_files import without_compression
from spinlens.core.errors import SpinlensError
from spinlens.core.files import write_text

POTENTIALS = "POTCAR.spec"
SECONDS_BETWEEN_SAVES = 30
DISK_ENDS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)

_Key = tuple[str, str]  # calculation and file


@dataclass
class Outcome:
    """What a collection did.

    Attributes
    ----------
    stored, stored_bytes, unchanged, kept
        Number of files stored and their size, of files that the archive had already, and of
        archived files whose source is gone.
    gone
        A line for each file that is gone or empty and was never archived.
    failed
        A line for each calculation or file that exists but is not archived.
    """

    stored: int = 0
    stored_bytes: int = 0
    unchanged: int = 0
    kept: int = 0
    gone: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Return the numbers of files."""
        return (
            f"{self.stored} files stored ({self.stored_bytes / 1e9:.2f} GB), {self.unchanged} "
            f"unchanged, {self.kept} kept whose source is gone"
        )


def collect(
    calculations: Sequence[Calculation],
    root: Path | str,
    archive: Path | str,
    mode: str,
    tell: Callable[[str], object] = print,
) -> Outcome:
    """Archive calculations. What cannot be archived does not stop the rest.

    Parameters
    ----------
    calculations
        Calculations found below `root`.
    root
        Directory of the calculations.
    archive
        Directory of the archive.
    mode
        `copy`, or `link` for hard links.
    tell
        Called with a line every half minute; the manifest is saved as often, so that a killed
        run continues where it was.

    Returns
    -------
    Outcome
        What was done.

    Raises
    ------
    SpinlensError
        Nothing can be archived: tree and archive lie in each other, the manifest is damaged, the
        disk is full, or a hard link would leave its file system.
    """
    archive = Path(archive)
    _check_place(root, archive)
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


def _check_place(root: Path | str, archive: Path) -> None:
    """Check that the next search for calculations does not find the archived ones as well."""
    tree, place = Path(root).resolve(), archive.resolve()
    if place == tree or tree in place.parents or place in tree.parents:
        raise SpinlensError(
            f"archive: {archive} and the folder of calculations {root} must lie outside each other"
        )


class _Collection:
    """An archive while it is brought up to date."""

    def __init__(self, archive: Path, mode: str, manifest: Manifest) -> None:
        self.archive = archive
        self.mode = mode
        self.manifest = manifest
        self.outcome = Outcome()
        self.present: set[_Key] = set()
        self.archived: dict[str, list[str]] = {}
        for calculation, file in manifest:
            self.archived.setdefault(calculation, []).append(file)

    def add(self, calculation: Calculation) -> None:
        """Archive the files of a calculation."""
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

    def account_for_the_rest(self) -> None:
        """Count what the archive has and the tree has not."""
        for key in sorted(self.manifest.keys() - self.present):
            path = self.archive.joinpath(*key)
            if path.exists():
                self.outcome.kept += 1
            else:
                source = self.manifest[key]["source"]
                self.outcome.failed.append(f"{path} is missing, and its source {source} is gone")

    def _check_same_folder(self, id: str, folder: str) -> None:
        for file in self.archived.get(id, [])[:1]:
            known = os.path.dirname(self.manifest[id, file]["source"])
            if known != folder:
                raise OSError(
                    f"the archive holds another calculation as {id}, that of {known}: give this "
                    "tree an archive of its own"
                )

    def _add_file(self, id: str, file: str, path: str, folder: str) -> None:
        key, target = (id, file), self.archive / id / file
        try:
            status = os.stat(path)
            if not stat.S_ISREG(status.st_mode):
                raise OSError("no regular file")
            if self._is_stored(key, target, status):
                self._unchanged(key)
            elif self._was_emptied(target, status):
                self._unchanged(key)
                self.outcome.gone.append(f"{path} is empty now: the archived one is kept")
            else:
                store = stored_files.copy if self.mode == "copy" else stored_files.link
                stored = store(path, target)
                self._stored(key, os.path.join(folder, os.path.basename(path)), stored, status)
                self._remove_other_forms(key)
        except FileNotFoundError:
            if key not in self.manifest:
                self.outcome.gone.append(f"{path} is gone and was never archived")
        except OSError as error:
            self._failed(path, error)

    def _add_potentials(self, id: str, path: str | None, folder: str) -> None:
        if path is None:
            return
        key, target = (id, POTENTIALS), self.archive / id / POTENTIALS
        try:
            status, known = os.stat(path), self.manifest.get(key)
            if known and mtime_ns(known) == status.st_mtime_ns and target.is_file():
                self._unchanged(key)
            elif lines := potentials(path):
                write_text(target, lines)
                stored = len(lines.encode()), hashlib.sha256(lines.encode()).hexdigest()
                self._stored(key, os.path.join(folder, os.path.basename(path)), stored, status)
        except OSError as error:
            self._failed(path, error)

    def _is_stored(self, key: _Key, target: Path, status: os.stat_result) -> bool:
        if key not in self.manifest or not target.is_file():
            return False
        known, archived = self.manifest[key], target.stat()
        is_link = (archived.st_dev, archived.st_ino) == (status.st_dev, status.st_ino)
        return (
            (int(known["size"]), mtime_ns(known)) == (status.st_size, status.st_mtime_ns)
            and archived.st_size == status.st_size
            and not (is_link and self.mode == "copy")
        )

    def _was_emptied(self, target: Path, status: os.stat_result) -> bool:
        """Whether a source was emptied: by VASP as a run starts over, or by a full disk."""
        return not status.st_size and target.is_file() and target.stat().st_size > 0

    def _unchanged(self, key: _Key) -> None:
        self.present.add(key)
        self.outcome.unchanged += 1

    def _stored(
        self, key: _Key, source: str, stored: tuple[int, str], status: os.stat_result
    ) -> None:
        id, file = key
        self.manifest[key] = manifest_row(id, source, file, stored, status)
        self.present.add(key)
        self.outcome.stored += 1
        self.outcome.stored_bytes += stored[0]

    def _remove_other_forms(self, key: _Key) -> None:
        """Remove a file that the tree has in another compressed form now, as CHGCAR.gz."""
        id, file = key
        for other in self.archived.get(id, []):
            same = without_compression(other) == without_compression(file)
            known = self.manifest.get((id, other))
            if known and same and other != file and not os.path.lexists(known["source"]):
                (self.archive / id / other).unlink(missing_ok=True)
                del self.manifest[id, other]

    def _failed(self, path: str, error: OSError, note: str = "") -> None:
        if error.errno == errno.EXDEV:
            raise SpinlensError(
                f"archive_mode: link makes hard links, and {path} lies on another file system "
                f"than {self.archive}: take archive_mode: copy"
            ) from None
        if error.errno in DISK_ENDS:
            raise SpinlensError(f"archive: {self.archive}: {error.strerror}") from None
        reason = "; ".join(filter(None, (error.strerror or str(error), note)))
        self.outcome.failed.append(f"{path} is not archived: {reason}")
