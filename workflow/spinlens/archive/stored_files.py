"""Which files of a calculation are archived, and how each is stored: whole or not at all."""

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from spinlens.calculations.compressed import read_ends
from spinlens.calculations.density_parts import shared_format
from spinlens.calculations.find import Calculation
from spinlens.calculations.run_files import charge_file_kind, locate, run_suffix
from spinlens.core.errors import Excluded

SMALL_FILES = ("OSZICAR", "OUTCAR", "vasprun.xml", "POSCAR", "CONTCAR", "INCAR", "KPOINTS")
POTCAR_BYTES = 16 << 20
CHUNK_BYTES = 1 << 22


def sources(calculation: Calculation) -> dict[str, str]:
    """Paths of a calculation's files that are archived, by their names in the archive.

    The small files that are read with the charge file come first and the charge file last, so that
    an archive that holds it holds all of them.
    """
    name = os.path.basename(calculation.charge_file)
    if calculation.shared:
        paths = calculation.parts.values() or [calculation.charge_file]
        return {os.path.basename(path): path for path in paths}
    wanted = (*SMALL_FILES, "vaspout.h5") if name.startswith("vaspwave.h5") else SMALL_FILES
    located = [locate(calculation.folder, small, run_suffix(name)) for small in wanted]
    found = {os.path.basename(path): path for path in located if path and os.path.isfile(path)}
    if calculation.parts:  # under their own names, which `pattern` has to name again
        return found | {os.path.basename(path): path for path in calculation.parts.values()}
    known = charge_file_kind(name) or shared_format(name)
    recognised = name if known else f"CHGCAR.{name}"  # of a pattern's own names
    return found | {recognised: calculation.charge_file}


def potcar(calculation: Calculation) -> str | None:
    """POTCAR that is read with a calculation's charge file.

    Parameters
    ----------
    calculation
        Calculation, as `sources` takes it.

    Returns
    -------
    str or None
        Its path, if there is one.
    """
    return locate(calculation.folder, "POTCAR", run_suffix(calculation.charge_file))


def potentials(path: Path | str) -> str:
    """Lines of a POTCAR that name the potentials and their valences.

    Parameters
    ----------
    path
        POTCAR.

    Returns
    -------
    str
        The lines; empty if there are none.
    """
    try:
        text = read_ends(path, POTCAR_BYTES, 0)[0].decode("latin-1")
    except Excluded:
        return ""
    return "".join(f"{line}\n" for line in text.splitlines() if _names_a_potential(line))


def copy(source: Path | str, target: Path) -> tuple[int, str]:
    """Copy a file with its modification time, and compare the copy with its checksum.

    Parameters
    ----------
    source
        File to copy.
    target
        File to write.

    Returns
    -------
    tuple[int, str]
        Size in bytes and sha256 of both.

    Raises
    ------
    OSError
        The source changes meanwhile, or the copy reads back differently.
    """
    with _partial(target) as partial:
        with open(source, "rb") as original, open(partial, "wb") as duplicate:
            before, digest = os.fstat(original.fileno()), hashlib.sha256()
            while chunk := original.read(CHUNK_BYTES):
                digest.update(chunk)
                duplicate.write(chunk)
            duplicate.flush()
            os.fsync(duplicate.fileno())
            after = os.fstat(original.fileno())
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise OSError("it changed while it was copied: collect again when its run has ended")
        if _sha256(partial) != digest.hexdigest():
            raise OSError("the copy reads back differently: check the archive's disk")
        os.utime(partial, ns=(before.st_atime_ns, before.st_mtime_ns))
    return before.st_size, digest.hexdigest()


def link(source: Path | str, target: Path) -> tuple[int, str]:
    """Hard-link a file, not a symbolic link to it.

    Parameters
    ----------
    source
        File to link, or a symbolic link to it.
    target
        Link to make.

    Returns
    -------
    tuple[int, str]
        Size in bytes and sha256.

    Raises
    ------
    OSError
        The link cannot be made; with errno EXDEV if it would leave its file system.
    """
    with _partial(target) as partial:
        os.link(os.path.realpath(source), partial)
        return partial.stat().st_size, _sha256(partial)


@contextmanager
def _partial(target: Path) -> Iterator[Path]:
    """Path to store at, which becomes `target` if the block succeeds.

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


def _sha256(path: Path) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _names_a_potential(line: str) -> bool:
    return "VRHFIN" in line or "TITEL" in line or ("POMASS" in line and "ZVAL" in line)
