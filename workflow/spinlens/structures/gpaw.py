"""GPAW, run by a Python of its own: started, asked again more carefully, its reason kept."""

import json
import os
import subprocess
from pathlib import Path
from typing import NamedTuple

import numpy as np

PROGRAM = Path(__file__).parents[2] / "engines" / "gpaw_scf.py"
NOT_CONVERGED = 3  # as PROGRAM says it
GRID_SPACING = 0.25  # Å, of the self-consistent calculation
INSTALL = (
    "install the Debian packages gpaw, gpaw-data and python3-ase, or name a Python that has GPAW "
    "by --config gpaw_python=PATH"
)
# How charge and magnetization are mixed from step to step, the smearing, and the steps allowed:
# each attempt is made where the one before found no solution.
LADDER = (
    {"mixer": "sum", "beta": 0.1, "history": 5, "weight": 50, "smearing_eV": 0.05, "steps": 90},
    {"mixer": "difference", "beta": 0.05, "history": 8, "weight": 60, "smearing_eV": 0.05,
     "steps": 140},
    {"mixer": "sum", "beta": 0.03, "history": 5, "weight": 100, "smearing_eV": 0.1, "steps": 180},
)  # fmt: skip


class Outcome(NamedTuple):
    """What GPAW leaves: `result` (dict; None where no attempt converged), the valence density
    (spins, na, nb, nc) in e Å⁻³ on its fine grid (or None), and a dict for each attempt."""

    result: dict | None
    density: np.ndarray | None
    attempts: list


def version(python):
    """{package: version} of GPAW and ASE, as an interpreter (a path, or a name on PATH) has them.
    Raises ValueError, one line that says what to install, where it has none."""
    try:
        return json.loads(_started(python, ["--version"], threads=1).stdout)
    except (OSError, ValueError):
        raise ValueError(f"{python} has no GPAW: {INSTALL}") from None


def run(python, structure, moments, kpoints, folder, threads=1):
    """Outcome of a self-consistent calculation: LCAO dzp, PBE, on a Γ-centred mesh `kpoints`.

    `moments` (sites,) in μB are started from; None is a run without spin. GPAW works, and leaves
    gpaw.txt, in `folder`. Each step of LADDER is tried until one converges. Raises ValueError
    where GPAW ends in any other way, killed for its memory for example: that is no result.
    """
    folder, attempts = Path(folder), []
    given = {
        "elements": [site.specie.symbol for site in structure],
        "lattice": structure.lattice.matrix.tolist(),
        "positions": structure.frac_coords.tolist(),
        "moments": None if moments is None else [float(moment) for moment in moments],
        "kpoints": list(kpoints),
        "grid_spacing_angstrom": GRID_SPACING,
    }
    for attempt in LADDER:
        (folder / "input.json").write_text(json.dumps(given | {"attempt": attempt}))
        done = _started(python, [str(folder / "input.json"), str(folder)], threads)
        reason = _last_line(done.stderr)
        if done.returncode not in (0, NOT_CONVERGED):
            raise ValueError(f"GPAW ended with code {done.returncode}: {reason}")
        attempts.append(attempt | {"converged": not done.returncode})
        (folder / "input.json").unlink()
        if done.returncode == 0:
            return Outcome(*_left_in(folder), attempts)
        attempts[-1]["reason"] = reason
    return Outcome(None, None, attempts)


def _started(python, arguments, threads):
    """The program, run by the interpreter, its end awaited; as a list: no shell reads a path."""
    numbers = {f"{library}_NUM_THREADS": str(threads) for library in ("OMP", "OPENBLAS", "MKL")}
    return subprocess.run(
        [python, str(PROGRAM), *arguments],
        env=os.environ | numbers,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )


def _left_in(folder):
    """Result and density that the program wrote, its files taken away."""
    numbers, density = folder / "scf.json", folder / "density.npy"
    left = json.loads(numbers.read_text(encoding="utf-8")), np.load(density)
    numbers.unlink()
    density.unlink()
    return left


def _last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "it said nothing"
