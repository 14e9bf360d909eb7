"""Lengths of the cells of calculations, from the first lines of their charge files."""

import json
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinlens.calculations.compressed import open_binary
from spinlens.calculations.density_parts import BOHR_A, HEAD_BYTES, shared_format
from spinlens.calculations.find import Calculation
from spinlens.calculations.vasp_header import scale_factors

MOST_READ = 50  # calculations: every start of the workflow reads them
MATRIX = re.compile(r'"matrix"\s*:\s*(\[\s*\[[^\]]*\](?:\s*,\s*\[[^\]]*\]){2}\s*\])')


def longest(calculations: Sequence[Calculation]) -> list[float] | None:
    """Longest lattice vectors among calculations.

    Parameters
    ----------
    calculations
        Calculations from `find`; at most `MOST_READ`, spread evenly, are read.

    Returns
    -------
    list of float or None
        Lengths of a, b and c, Å; None if no cell could be read, as of HDF5 alone.
    """
    step = max(1, -(-len(calculations) // MOST_READ))
    lengths = [each for each in map(_lengths, calculations[::step]) if each is not None]
    return np.max(lengths, axis=0).tolist() if lengths else None


def _lengths(calculation: Calculation) -> NDArray[np.float64] | None:
    try:
        with open_binary(calculation.charge_file) as stream:
            head = stream.read(HEAD_BYTES).decode("utf-8", "replace")
        lattice = _lattice(os.path.basename(calculation.charge_file), head)
    except Exception:  # splitting will say what is wrong with the file
        return None
    lengths = np.linalg.norm(lattice, axis=1)
    return lengths if np.isfinite(lengths).all() and lengths.min() > 0 else None


def _lattice(name: Path | str, head: str) -> NDArray[np.float64]:
    """Lattice vectors in rows, (3, 3), Å."""
    if shared_format(str(name)) == "json":
        found = MATRIX.search(head)
        return np.array(json.loads(found[1] if found else "[]"), dtype=float).reshape(3, 3)
    lines = iter(head.splitlines())
    next(lines)
    if shared_format(str(name)) == "cube":
        next(lines), next(lines)
        rows = np.array([_numbers(lines, 4) for _ in range(3)])
        return rows[:, 1:] * rows[:, :1] * BOHR_A
    scale = [float(token) for token in next(lines).split()[:3]]
    vectors = np.array([_numbers(lines, 3) for _ in range(3)])
    return vectors * scale_factors(vectors, scale if len(scale) == 3 else scale[:1])


def _numbers(lines: Iterator[str], count: int) -> list[float]:
    return [float(token) for token in next(lines).split()[:count]]
