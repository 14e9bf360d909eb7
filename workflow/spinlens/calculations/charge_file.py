"""Read a charge file of any kind that VASP and pymatgen write."""

import os
import re
import shutil
from dataclasses import dataclass, field
from io import BytesIO

import numpy as np

from spinlens.calculations.chgcar_blocks import GluedNumbers, read_blocks
from spinlens.calculations.compressed import CHUNK_BYTES, is_plain, open_binary
from spinlens.calculations.element_sources import elements_from_folder
from spinlens.calculations.hdf5 import MAGIC, read_hdf5
from spinlens.calculations.run_files import run_suffix
from spinlens.calculations.vasp_header import read_structure
from spinlens.core.errors import Excluded
from spinlens.crystal.formulas import formula

OTHER_FILES = ("ELFCAR", "LOCPOT", "AECCAR", "PARCHG", "WAVECAR", "XDATCAR", "POTCAR")
LONGEST_LINE = 4096


@dataclass
class ChargeFile:
    """What a charge file holds.

    lattice: (3, 3) array, Å, rows a, b, c; positions: (sites, 3) array, fractional; elements:
    one symbol per site; groups: sites of each group of the header; charge: (na, nb, nc) array
    as stored, density times cell volume, e; magnetization: None (one block), the same shape
    (two blocks) or (3, na, nb, nc) (four blocks), as stored, μB; elements_source: the file the
    elements came from; path and folder: where it was read; note: what was done to read it.
    """

    lattice: np.ndarray
    positions: np.ndarray
    elements: list
    charge: np.ndarray
    magnetization: np.ndarray | None
    elements_source: str
    groups: list = field(default_factory=list)
    path: str = ""
    folder: str = ""
    note: str = ""

    @property
    def formula(self):
        """Symbols in the file's order with their counts."""
        return formula(self.elements)


def read_charge_file(path, folder=None):
    """The ChargeFile at a path; elements that a VASP 4 header lacks come from the folder's
    POTCAR, OUTCAR or POSCAR. Raises Excluded, and nothing else, where it cannot be used."""
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
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        raise Excluded(f"{name} cannot be read ({reason}): copy it again") from error


def _read(path, folder, name):
    if name.upper().startswith(OTHER_FILES):
        raise Excluded(f"{name} is no CHGCAR: give the CHGCAR of this run")
    with open_binary(path) as stream:
        if stream.peek(len(MAGIC)).startswith(MAGIC):
            structure, grids, note = *read_hdf5(_seekable(stream), path), ""
        else:
            structure, grids, note = _read_text(_seekable(stream), name)
    elements, source = structure.elements, name
    if elements is None:
        elements, source = elements_from_folder(folder, structure.groups, run_suffix(path))
        note = "; ".join(filter(None, (f"elements from {source}", note)))
    magnetization = {1: None, 2: grids[-1]}.get(len(grids))
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


def _seekable(stream):
    """The stream itself, or its content where going back would decompress it anew."""
    if is_plain(stream):
        return stream
    content = BytesIO()
    shutil.copyfileobj(stream, content, CHUNK_BYTES)
    content.seek(0)
    return content


def _read_text(file, name):
    try:
        structure = read_structure(_lines(file))
    except ValueError as error:
        raise Excluded(_why_no_header(file, name, error)) from None
    sites, header_bytes = sum(structure.groups), file.tell()
    try:
        return structure, read_blocks(file, sites), ""
    except GluedNumbers:
        file.seek(header_bytes)
        repaired = with_exponent_letters(file.read())
        if repaired is None:
            raise
        grids = read_blocks(BytesIO(repaired), sites)
        return structure, grids, "three-digit exponents written without E were read as such"


def _why_no_header(file, name, error):
    file.seek(0)
    start = file.read(CHUNK_BYTES)
    if not start.strip():
        return f"{name} is empty: rerun the calculation with LCHARG = .TRUE."
    if start.startswith(b"version https://git-lfs"):
        return f"{name} is a Git LFS pointer, not the file: fetch it by git lfs pull"
    return f"{name} is no CHGCAR ({error}): give the CHGCAR of this run"


def with_exponent_letters(text):
    """The text with 0.1-100 spelled 0.1E-100, as Fortran drops the E of a three-digit
    exponent; None where nothing is spelled so. A glued neighbour would have a point."""
    repaired, times = re.subn(rb"(\.\d+)([+-]\d{3})(?=\s)", rb"\1E\2", text)
    return repaired if times else None


def _lines(file):
    while line := file.readline(LONGEST_LINE):
        yield line.decode("utf-8", "replace")
