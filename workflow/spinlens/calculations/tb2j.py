"""Exchange constants that TB2J found by the magnetic force theorem, as labels of a run."""

import os
import re
from pathlib import Path

import numpy as np

from spinlens.calculations.run_files import TB2J_FILES
from spinlens.core.errors import SpinlensError

PAIR = re.compile(
    r"^\s*[A-Z][a-z]?\d+\s+[A-Z][a-z]?\d+\s+\(\s*-?\d+\s*,\s*-?\d+\s*,\s*-?\d+\s*\)"
    r"\s+(?P<J>-?\d+\.\d+)\s+\([^)]*\)\s+(?P<distance>\d+\.\d+)"
)


def tb2j_file(folder: Path | str) -> str | None:
    """Find TB2J's output below the folder of a run.

    Parameters
    ----------
    folder
        Folder of the run, or one that cannot be read.

    Returns
    -------
    str or None
        Path of exchange.out.
    """
    paths = (os.path.join(folder, name) for name in TB2J_FILES)
    return next((path for path in paths if os.path.isfile(path)), None)


def read_tb2j(path: Path | str, shells: int = 3, gap: float = 0.06) -> dict[str, float]:
    """Read the exchange constants of the nearest shells from exchange.out.

    Parameters
    ----------
    path
        The file; its J_iso are of unit vectors, each pair in both directions, in meV:
        H = −Σ_{i≠j} J_ij e_i·e_j.
    shells
        The most constants that are given.
    gap
        Distances that differ by less than this fraction are one shell.

    Returns
    -------
    dict
        J1S2_meV, J2S2_meV ...: J S² of H = −Σ_pairs J S·S, twice the mean J_iso of each shell.

    Raises
    ------
    SpinlensError
        If the file lists no pairs.

    References
    ----------
    X. He and others, Comput. Phys. Commun. 264, 107938 (2021).
    """
    found = []
    for line in Path(path).read_text(encoding="utf-8", errors="replace").splitlines():
        if match := PAIR.match(line):
            found.append((float(match["distance"]), float(match["J"])))
    if not found:
        raise SpinlensError(f"{path}: no line of pairs, as TB2J's exchange.out has them")
    pairs = np.array(sorted(found))
    steps = np.diff(pairs[:, 0]) > gap * pairs[:-1, 0]
    shell = np.concatenate([[0], np.cumsum(steps)])
    wanted = range(min(shells, int(shell.max()) + 1))
    return {f"J{n + 1}S2_meV": float(2 * pairs[shell == n, 1].mean()) for n in wanted}
