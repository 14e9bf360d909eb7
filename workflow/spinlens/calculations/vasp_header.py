"""The cell and atoms at the top of POSCAR, CONTCAR, CHGCAR and CHG."""

from dataclasses import dataclass
from itertools import islice

import numpy as np

from spinlens.crystal.formulas import element

SMALLEST_VOLUME_A3 = 1.0
MOST_SITES = 100_000


@dataclass
class Structure:
    """lattice: (3, 3) array, Å, rows a, b, c; positions: (sites, 3) array, fractional;
    elements: one symbol per site, or None where the header has no element line; groups: sites
    of each group of the header."""

    lattice: np.ndarray
    positions: np.ndarray
    elements: list | None
    groups: list


def read_structure(lines):
    """The structure at the start of an iterator of text lines, which is left behind the last
    site. Raises ValueError, one line, where there is none."""
    lines = iter(lines)
    next(lines, None)
    scale = _numbers(lines, "the scale factor (line 2)", (1, 3))
    lattice = np.array([_numbers(lines, f"lattice vector {row}", (3,)) for row in "abc"])
    lattice = _scaled(lattice, scale)
    symbols, groups = _symbols_and_groups(lines)
    mode = _line(lines, "the line Direct or Cartesian")
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
        positions = _scaled_sites(positions, scale) @ np.linalg.inv(lattice)
    elements = None
    if symbols is not None:
        elements = [s for s, count in zip(symbols, groups, strict=True) for _ in range(count)]
    return Structure(lattice, positions, elements, groups)


def _line(lines, what):
    line = next(lines, None)
    if line is None:
        raise ValueError(f"the file ends before {what}")
    return line.strip()


def _numbers(lines, what, lengths):
    numbers = []
    for token in _line(lines, what).split():
        try:
            numbers.append(float(token))
        except ValueError:
            break
    if lengths is not None:
        if len(numbers) < min(lengths):
            raise ValueError(f"{what} cannot be read")
        numbers = numbers[: max(length for length in lengths if length <= len(numbers))]
    return numbers


def _scaled(lattice, scale):
    if not (np.isfinite(lattice).all() and np.isfinite(scale).all()):
        raise ValueError("the cell is not finite")
    if len(scale) == 1 and scale[0] < 0:
        volume = abs(np.linalg.det(lattice))
        factor = (-scale[0] / volume) ** (1 / 3) if volume > 0 else 0.0
    else:
        factor = scale[0] if len(scale) == 1 else np.array(scale)
    scaled = lattice * factor
    if not abs(np.linalg.det(scaled)) >= SMALLEST_VOLUME_A3:
        raise ValueError("the cell has no volume")
    return scaled


def _scaled_sites(positions, scale):
    if len(scale) == 1 and scale[0] < 0:
        raise ValueError("Cartesian sites with a negative scale factor are not read")
    return positions * np.array(scale)


def _symbols_and_groups(lines):
    tokens = _line(lines, "the counts of atoms").split()
    symbols = None
    if tokens and not _is_count(tokens[0]):
        symbols = tokens
        tokens = _line(lines, "the counts of atoms").split()
    groups = [int(token) for token in _while(_is_count, tokens)]
    if not groups or min(groups) < 1 or sum(groups) > MOST_SITES:
        raise ValueError("the counts of atoms cannot be read")
    if symbols is None:
        return None, groups
    if len(symbols) < len(groups):
        raise ValueError(f"{len(symbols)} elements but {len(groups)} counts of atoms")
    return [element(token) for token in islice(symbols, len(groups))], groups


def _while(condition, tokens):
    for token in tokens:
        if not condition(token):
            return
        yield token


def _is_count(token):
    return token.isascii() and token.isdecimal()
