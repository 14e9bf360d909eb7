"""Read a charge file of any kind that VASP and pymatgen write."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from spinlens.calculations.chgcar_blocks import GluedNumbers, Grids, NextHeader, read_blocks
from spinlens.calculations.compressed import CHUNK_BYTES, Stream, is_plain, open_binary
from spinlens.calculations.density_parts import shared_format
from spinlens.calculations.hdf5 import MAGIC, read_hdf5
from spinlens.calculations.other_formats import cube_position_error, read_cube, read_json
from spinlens.calculations.run_files import run_suffix
from spinlens.calculations.run_inputs import elements_beside
from spinlens.calculations.vasp_header import Structure, read_structure
from spinlens.core.errors import Excluded
from spinlens.crystal.formulas import formula

OTHER_FILES = ("ELFCAR", "LOCPOT", "AECCAR", "PARCHG", "WAVECAR", "XDATCAR", "POTCAR")
LONGEST_LINE = 4096
LONGEST_TITLE = 1 << 20
BEGINNING_BYTES = 512
ARCHIVES = {"zip": (0, b"PK\x03\x04"), "tar": (257, b"ustar"), "7z": (0, b"7z\xbc\xaf\x27\x1c"),
            "rar": (0, b"Rar!")}  # fmt: skip


@dataclass
class ChargeFile:
    """Content of a charge file.

    Parameters
    ----------
    lattice, positions, elements, groups
        As `vasp_header.Structure` has them; the elements are known.
    charge
        Charge as stored, density times cell volume, (na, nb, nc), e.
    magnetization
        Magnetization as stored, μB: None of a file with one block, (na, nb, nc) with two,
        (3, na, nb, nc) with four.
    elements_source
        Name of the file that the elements came from.
    path, folder
        Where the file was read, and the folder of its run.
    note
        What was done to read it.
    """

    lattice: NDArray[np.float64]
    positions: NDArray[np.float64]
    elements: list[str]
    charge: NDArray[np.float64]
    magnetization: NDArray[np.float64] | None
    elements_source: str
    groups: list[int] = field(default_factory=list)
    path: str = ""
    folder: str = ""
    note: str = ""

    @property
    def formula(self) -> str:
        """Symbols in the file's order with their counts."""
        return formula(self.elements)

    @property
    def position_error(self) -> float:
        """Largest error in Å of a place in the cell that comes from the digits of the format.

        Of a VASP file none is told: its lattice and grid are those that VASP used.
        """
        is_cube = shared_format(os.path.basename(self.path)) == "cube"
        return cube_position_error(self.charge.shape) if is_cube else 0.0


def read_charge_file(path: Path | str, folder: Path | str | None = None) -> ChargeFile:
    """Read a charge file.

    Parameters
    ----------
    path
        CHGCAR, CHG, .cube or pymatgen's .json, compressed or not, or HDF5 by VASP or pymatgen.
    folder
        Folder of the run, by default that of the file. If a VASP 4 header lacks the elements,
        they come from POTCAR, OUTCAR, POSCAR or CONTCAR there.

    Returns
    -------
    ChargeFile
        Structure and densities.

    Raises
    ------
    Excluded
        If the file cannot be used, for any reason.
    """
    path = os.fspath(path)
    folder = (os.path.dirname(path) or ".") if folder is None else os.fspath(folder)
    name = os.path.basename(path)
    try:
        return _read(path, folder, name)
    except Excluded as reason:
        raise Excluded(reason if str(reason).startswith(name) else f"{name}: {reason}") from None
    except FileNotFoundError:
        raise Excluded(f"{name} is gone: put it back or leave the folder out") from None
    except PermissionError:
        raise Excluded(f"{name} cannot be read (permission denied): allow reading it") from None
    except MemoryError:
        raise Excluded(f"{name} does not fit into memory: ask for more") from None
    except Exception as error:  # one bad file must not stop the others, whatever is wrong with it
        why = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Excluded(f"{name} cannot be read ({why}): copy it again") from error


def _read(path: str, folder: str, name: str) -> ChargeFile:
    if name.upper().startswith(OTHER_FILES):
        raise Excluded(f"{name} is not a CHGCAR: give the CHGCAR of this run")
    with open_binary(path) as stream:
        beginning = stream.peek(BEGINNING_BYTES)
        for kind, (at, magic) in ARCHIVES.items():
            if beginning[at:].startswith(magic):
                raise Excluded(f"{name} is a {kind} archive: unpack it")
        if beginning.startswith(MAGIC):
            structure, grids, note = *read_hdf5(_seekable(stream), path), ""
        elif shared_format(name) == "json":
            structure, grids, note = *read_json(stream), ""
        elif shared_format(name) == "cube":
            structure, grids, note = *read_cube(_seekable(stream)), ""
        else:
            structure, grids, note = _read_text(_seekable(stream), name)
    elements, source = structure.elements, name
    if elements is None:
        elements, source = elements_beside(folder, structure.groups, run_suffix(path))
        note = "; ".join(filter(None, (f"elements from {source}", note)))
    magnetization = grids[1] if len(grids) == 2 else None
    if len(grids) == 4:
        magnetization = np.stack(grids[1:])
    return ChargeFile(
        structure.lattice,
        structure.positions,
        elements,
        grids[0],
        magnetization,
        source,
        structure.groups,
        path,
        folder,
        note,
    )


def _seekable(stream: Stream) -> BinaryIO:
    """Return the stream itself, or its content if going back would decompress it anew."""
    if is_plain(stream):
        return stream
    content = BytesIO()
    shutil.copyfileobj(stream, content, CHUNK_BYTES)
    content.seek(0)
    return content


def _read_text(file: BinaryIO, name: str) -> tuple[Structure, Grids, str]:
    """Read structure and grids, and note what was repaired."""
    try:
        structure = read_structure(_lines(file))
    except ValueError as error:
        raise Excluded(_why_no_header(file, name, error)) from None
    sites, header_bytes = sum(structure.groups), file.tell()
    several = name.startswith("CHG") and not name.startswith("CHGCAR")  # VASP appends to it
    try:
        if several:
            return _last_step(file, structure)
        return structure, read_blocks(file, sites), ""
    except GluedNumbers:
        file.seek(header_bytes)
        repaired = _with_exponent_letters(file.read())
        if repaired is None:
            raise
        grids = read_blocks(BytesIO(repaired), sites)
        return structure, grids, "three-digit exponents written without E were read as such"


def _last_step(file: BinaryIO, structure: Structure) -> tuple[Structure, Grids, str]:
    """Read the last of the steps in a CHG, each with its header."""
    blocks: list[int] = []
    while True:
        try:
            grids = read_blocks(file, sum(structure.groups))
        except NextHeader as begin:
            blocks.append(begin.blocks)
            file.seek(begin.position)
            try:
                structure = read_structure(_lines(file))
            except ValueError:
                raise Excluded(str(begin)) from None
            continue
        if set(blocks) - {len(grids)}:
            raise Excluded("its steps have different numbers of blocks: it is cut, copy it again")
        steps = len(blocks) + 1
        return structure, grids, f"the last of {steps} steps in the file" if blocks else ""


def _why_no_header(file: BinaryIO, name: str, error: ValueError) -> str:
    file.seek(0)
    content = file.read(CHUNK_BYTES)
    if not content.strip():
        return f"{name} is empty: rerun the calculation with LCHARG = .TRUE."
    if content.startswith(b"version https://git-lfs"):
        return f"{name} is a Git LFS pointer, not the file: fetch it by git lfs pull"
    return f"{name} is not a CHGCAR ({error}): give the CHGCAR of this run"


def _with_exponent_letters(text: bytes) -> bytes | None:
    """Spell 0.1-100, as Fortran prints a three-digit exponent, as 0.1E-100; None if none is so."""
    # A glued neighbour would have a point.
    repaired, replacements = re.subn(rb"(\.\d+)([+-]\d{3})(?=\s)", rb"\1E\2", text)
    return repaired if replacements else None


def _lines(file: BinaryIO) -> Iterator[str]:
    yield file.readline(LONGEST_TITLE)[:LONGEST_LINE].decode("utf-8", "replace")
    while line := file.readline(LONGEST_LINE):
        yield line.decode("utf-8", "replace")
