"""Read the VASP header: cell and atoms at the top of CHGCAR, CHG, POSCAR and CONTCAR."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinlens.calculations.compressed import read_ends
from spinlens.crystal.formulas import element

SMALLEST_VOLUME_A3 = 1.0
MOST_SITES = 100_000
MOST_POSCAR_BYTES = 16 << 20


@dataclass
class Structure:
    """Cell and atoms of a header.

    Parameters
    ----------
    lattice
        Lattice vectors a, b, c in rows, (3, 3), Å.
    positions
        Fractional positions of the sites, (sites, 3).
    elements
        One symbol per site; None if the header has no line of elements (VASP 4).
    groups
        Number of sites in each group of the header.
    """

    lattice: NDArray[np.float64]
    positions: NDArray[np.float64]
    elements: list[str] | None
    groups: list[int]


def read_structure(lines: Iterable[str]) -> Structure:
    """Read the structure at the beginning of a file.

    Parameters
    ----------
    lines
        Lines of text; an iterator is left behind the last site.

    Returns
    -------
    Structure
        Cell and atoms.

    Raises
    ------
    ValueError
        If there is no such header; the message is one line.
    """
    lines = iter(lines)
    next(lines, None)
    scale = _numbers(lines, "the scale factor (line 2)", (1, 3))
    rows = [_numbers(lines, f"lattice vector {row}", (3,)) for row in "abc"]
    factors = scale_factors(np.array(rows), scale)
    lattice = np.array(rows) * factors
    symbols, groups, mode = _symbols_groups_and_mode(lines)
    if mode[:1] in "sS":
        mode = _line(lines, "the line Direct or Cartesian")
    if mode[:1] not in "dDcCkK":
        raise ValueError(f"the line Direct or Cartesian is {mode[:20]!r}")
    rows = [_numbers(lines, f"site {site + 1}", None)[:3] for site in range(sum(groups))]
    if any(len(row) < 3 for row in rows):
        raise ValueError("a site has fewer than three coordinates")
    positions = np.array(rows)
    if not np.isfinite(positions).all():
        raise ValueError("a site's coordinates are not finite")
    if mode[:1] in "cCkK":
        positions = (positions * factors) @ np.linalg.inv(lattice)
    elements = None if symbols is None else per_site(symbols, groups)
    return Structure(lattice, positions, elements, groups)


def read_poscar(path: Path | str) -> Structure | None:
    """Read the structure in a POSCAR or CONTCAR.

    Parameters
    ----------
    path
        The file, compressed or not.

    Returns
    -------
    Structure or None
        Cell and atoms; None if the file cannot be read.
    """
    try:
        text = read_ends(path, MOST_POSCAR_BYTES, 0)[0].decode("utf-8", "replace")
        return read_structure(text.splitlines())
    except (OSError, ValueError):
        return None


def per_site(values: Iterable[Any], groups: list[int]) -> list[Any]:
    """Repeat the value of each group of sites for each of its sites.

    Parameters
    ----------
    values
        One value per group, such as its element.
    groups
        Number of sites in each group.

    Returns
    -------
    list
        One value per site.
    """
    return [value for value, count in zip(values, groups, strict=True) for _ in range(count)]


def scale_factors(lattice: NDArray[np.float64], scale: Sequence[float]) -> NDArray[np.float64]:
    """Factors of the Cartesian coordinates of lattice vectors and sites.

    Parameters
    ----------
    lattice
        Lattice vectors in rows as written, (3, 3).
    scale
        VASP's scale: one positive factor, one negative number whose magnitude is the volume in Å³,
        or three factors, of x, y and z.

    Returns
    -------
    NDArray
        Factors of x, y and z, (3,).

    Raises
    ------
    ValueError
        If the cell or the scale is not finite, or the scaled cell has no volume.
    """
    if not (np.isfinite(lattice).all() and np.isfinite(scale).all()):
        raise ValueError("the cell is not finite")
    factors = np.broadcast_to(np.asarray(scale, dtype=float), 3).copy()
    if len(scale) == 1 and scale[0] < 0:
        volume = abs(np.linalg.det(lattice))
        factors[:] = (-scale[0] / volume) ** (1 / 3) if volume > 0 else 0.0
    if not abs(np.linalg.det(lattice * factors)) >= SMALLEST_VOLUME_A3:
        raise ValueError("the cell has no volume")
    return factors


def _line(lines: Iterator[str], content: str) -> str:
    line = next(lines, None)
    if line is None:
        raise ValueError(f"the file ends before {content}")
    return line.strip()


def _numbers(lines: Iterator[str], content: str, lengths: tuple[int, ...] | None) -> list[float]:
    """Numbers at the start of the next line, as many as one of `lengths` says."""
    numbers: list[float] = []
    for token in _line(lines, content).split():
        try:
            numbers.append(float(token))
        except ValueError:
            break
    if lengths is not None:
        if len(numbers) < min(lengths):
            raise ValueError(f"{content} cannot be read")
        numbers = numbers[: max(length for length in lengths if length <= len(numbers))]
    return numbers


def _symbols_groups_and_mode(
    lines: Iterator[str],
) -> tuple[list[str] | None, list[int], str]:
    """Elements and counts, which VASP wraps after 20 groups, and the line behind them."""
    symbols: list[str] = []
    tokens = _line(lines, "the counts of atoms").split()
    while tokens and not _is_count(tokens[0]):
        symbols += tokens
        tokens = _line(lines, "the counts of atoms").split()
    groups = [int(token) for token in takewhile(_is_count, tokens)]
    line = _line(lines, "the line Direct or Cartesian")
    while (tokens := line.split()) and all(map(_is_count, tokens)):
        groups += map(int, tokens)
        line = _line(lines, "the line Direct or Cartesian")
    if not groups or min(groups) < 1 or sum(groups) > MOST_SITES:
        raise ValueError("the counts of atoms cannot be read")
    if not symbols:
        return None, groups, line
    if len(symbols) < len(groups):
        raise ValueError(f"{len(symbols)} elements but {len(groups)} counts of atoms")
    return [element(token) for token in islice(symbols, len(groups))], groups, line


def _is_count(token: str) -> bool:
    return token.isascii() and token.isdecimal()
