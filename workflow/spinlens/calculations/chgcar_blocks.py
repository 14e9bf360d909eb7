"""Read the blocks of numbers in a CHGCAR.

Pymatgen's compiled reader takes the numbers; this module reads the lines around them, which tell
whether the file is whole.
"""

import os
import re
from collections.abc import Iterable
from math import isfinite, prod
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from pymatgen.optimization.fast_parser import parse_n_doubles

from spinlens.core.errors import Excluded

AUGMENTATION = re.compile(rb"augmentation occupancies( \(imaginary part\))?\s*(\d+)\s+(\d+)\s*")
MOST_AUGMENTATION_NUMBERS = 1_000_000
PIECE_BYTES = 1 << 18  # stays in the processor's cache
SPACE = ord(" ")

Grids = list[NDArray[np.float64]]


class GluedNumbers(Excluded):
    """Two numbers stand without a space between them."""


class NextHeader(Excluded):
    """Text stands where whole blocks have ended: possibly the header of a further step."""

    def __init__(self, message: str, position: int, blocks: int) -> None:
        """Keep the position of the line in the file, and the number of blocks before it."""
        super().__init__(message)
        self.position, self.blocks = position, blocks


def read_blocks(file: BinaryIO, sites: int) -> Grids:
    """Read the grids of a CHGCAR.

    Parameters
    ----------
    file
        Seekable binary file that stands behind the header.
    sites
        Number of sites in the header.

    Returns
    -------
    list of NDArray
        1, 2 or 4 grids of shape (na, nb, nc) as stored, density times cell volume.

    Raises
    ------
    Excluded
        Unless there are whole grids of one size, with augmentation occupancies for all grids or
        for none, and per-ion moments only between grids.
    """
    blocks = _Blocks(file, sites)
    while not blocks.at_end():
        blocks.read_next()
    blocks.close()
    return blocks.grids


class _Blocks:
    """Grids of a file, and what is read of the lines between them."""

    def __init__(self, file: BinaryIO, sites: int) -> None:
        self.file = file
        self.size = _size(file)
        self.sites = sites
        self.grids: Grids = []
        self.augmented: list[list[tuple[int, int]]] = []
        self.moments = 0

    def at_end(self) -> bool:
        while True:
            position = self.file.tell()
            line = self.file.readline()
            if not line:
                return True
            if line.strip():
                self.file.seek(position)
                return False

    def read_next(self) -> None:
        position = self.file.tell()
        line = self.file.readline().strip()
        if line.startswith(b"augmentation"):
            self._augmentation(line)
            return
        tokens = line.split()
        if len(tokens) == 3 and all(token.isdigit() for token in tokens):
            self._grid([int(token) for token in tokens])
        else:
            self._per_ion_moments(tokens, position)

    def _grid(self, shape: list[int]) -> None:
        if self.grids and self.grids[0].shape != tuple(shape):
            raise Excluded(
                f"block {len(self.grids) + 1} has a grid of {_times(shape)}, block 1 one of "
                f"{_times(self.grids[0].shape)}: the file is damaged, copy it again"
            )
        if self.moments not in (0, self.sites, 3 * self.sites):
            raise Excluded(
                f"{self.moments} stray numbers before block {len(self.grids) + 1} for "
                f"{self.sites} atoms: grid size and count disagree, copy the file again"
            )
        if not all(shape):
            raise Excluded(f"a grid of {_times(shape)} has no points: copy the file again")
        values = self._numbers(prod(shape), f"block {len(self.grids) + 1}")
        if not isfinite(values.sum()):
            raise Excluded(
                f"block {len(self.grids) + 1} holds numbers that are not finite: rerun the "
                "calculation, its density diverged"
            )
        self.grids.append(values.reshape(shape, order="F"))
        self.augmented.append([])
        self.moments = 0

    def _augmentation(self, line: bytes) -> None:
        match = AUGMENTATION.fullmatch(line)
        if not match or not self.grids or self.moments:
            raise Excluded(f"{_quoted(line)} is out of place: the file is damaged, copy it again")
        count = int(match[3])
        self._numbers(count, "the augmentation occupancies", MOST_AUGMENTATION_NUMBERS)
        if match[1] is None:  # an imaginary part may stand in some blocks only
            self.augmented[-1].append((int(match[2]), count))

    def _per_ion_moments(self, tokens: list[bytes], position: int) -> None:
        if not self.grids:
            raise Excluded(f"no grid size but {_quoted(b' '.join(tokens))} after the atoms")
        for token in tokens:
            try:
                float(token)
            except ValueError:
                raise NextHeader(
                    f"{_quoted(token)} stands where block {len(self.grids)} has ended: grid "
                    "size and count disagree or the file is damaged, copy it again",
                    position,
                    len(self.grids),
                ) from None
        self.moments += len(tokens)
        if self.moments > 3 * self.sites:
            raise Excluded(
                f"more numbers than the grid of block {len(self.grids)} holds: grid size and "
                "count disagree, copy the file again"
            )

    def _numbers(self, count: int, where: str, most: int | None = None) -> NDArray[np.float64]:
        start = self.file.tell()
        if not 0 < count <= (most or self.size) or 2 * count > self.size - start + 1:
            raise Excluded(
                f"{count} numbers are announced for {where}, more than the file holds: it is cut, "
                "copy it again or rerun the calculation"
            )
        values = np.empty(count)
        parsed = parse_n_doubles(self.file, values, count)
        end = self.file.tell()
        if _count_tokens(self.file, start, end) != parsed:
            raise GluedNumbers(
                f"{where} holds numbers glued to each other: they did not fit their fields"
            )
        if parsed < count:
            raise Excluded(self._why_short(where, parsed, count))
        self._expect_line_end(where, count)
        return values

    def _why_short(self, where: str, parsed: int, count: int) -> str:
        tokens = self.file.read(60).split()[:1]
        if not tokens:
            return (
                f"the file ends after {parsed} of the {count} numbers of {where}: it is cut, "
                "copy it again or rerun the calculation"
            )
        if b"*" in tokens[0]:
            return f"{where} holds {_quoted(tokens[0])}: a number did not fit its field"
        return (
            f"{where} holds {_quoted(tokens[0])} after {parsed} of its {count} numbers: the file "
            "is damaged, copy it again"
        )

    def _expect_line_end(self, where: str, count: int) -> None:
        rest = self.file.readline()
        if rest.strip():
            raise Excluded(
                f"{_quoted(rest.split()[0])} follows the {count} numbers of {where}: grid size "
                "and count disagree, copy the file again"
            )
        if not rest:
            raise Excluded(f"the file ends inside the last number of {where}: copy it again")

    def close(self) -> None:
        if not self.grids:
            raise Excluded("the file ends after the atoms: it is cut, copy it again")
        if self.moments:
            raise Excluded(
                f"the file ends after block {len(self.grids)} with another announced: it is "
                "cut, copy it again or rerun the calculation"
            )
        for block, entries in enumerate(self.augmented, start=1):
            if entries != self.augmented[0]:
                raise Excluded(
                    f"block {block} has other augmentation occupancies than block 1: the file "
                    "is cut or damaged, copy it again"
                )
        if len(self.grids) not in (1, 2, 4):
            raise Excluded(
                f"the file holds {len(self.grids)} blocks; a CHGCAR has 1, 2 or 4: copy it again"
            )


def _size(file: BinaryIO) -> int:
    position = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(position)
    return size


def _count_tokens(file: BinaryIO, start: int, end: int) -> int:
    """Count tokens between two offsets; the file is left at the end."""
    file.seek(start)
    tokens, blank_before = 0, True
    while start < end:
        piece = file.read(min(PIECE_BYTES, end - start))
        if not piece:
            break
        start += len(piece)
        blank = np.frombuffer(piece, np.uint8) <= SPACE
        tokens += int(np.count_nonzero(blank[:-1] > blank[1:])) + int(blank_before and not blank[0])
        blank_before = blank[-1]
    return tokens


def _times(shape: Iterable[int]) -> str:
    return "x".join(str(length) for length in shape)


def _quoted(text: bytes) -> str:
    return repr(text[:30].decode("ascii", "replace"))
