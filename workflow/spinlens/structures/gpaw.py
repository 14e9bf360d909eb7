"""GPAW, run by a Python of its own; each finished run is kept, known by what was asked of it."""

import gzip
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from pymatgen.core import Structure

from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_json, write_json
from spinlens.density.grids import integral, resample, smooth
from spinlens.structures import vasp

PROGRAM = Path(__file__).parents[2] / "engines" / "gpaw_scf.py"
NOT_CONVERGED = 3  # as PROGRAM says it
GRID_SPACING = 0.25  # Å, of the self-consistent calculation
CONVERGENCE = 1e-6  # eV per electron: orders differ by meV a cell
SYMMETRY_TOLERANCE = 1e-4  # GPAW's 1e-7 misses threefold axes of fitted geometries
DIGITS = 8  # of lengths in Å and lattice coordinates that a run is known by
SMOOTHING = 0.12  # Å: what a grid of 0.2 Å cannot hold near the nuclei goes smoothly
LARGEST_CORRECTION = 0.05  # of a spin's electrons; a grid that misses more is wrong
INSTALL = (
    "install the Debian packages gpaw, gpaw-data and python3-ase, or name a Python that has GPAW "
    "by --config gpaw_python=PATH"
)
# How charge and magnetization are mixed from step to step, the smearing, and the steps allowed:
# each attempt is made where the one before found no solution.
LADDER: tuple[dict[str, Any], ...] = (
    {"mixer": "sum", "beta": 0.1, "history": 5, "weight": 50, "smearing_eV": 0.05, "steps": 90},
    {"mixer": "difference", "beta": 0.05, "history": 8, "weight": 60, "smearing_eV": 0.05,
     "steps": 140},
    {"mixer": "sum", "beta": 0.03, "history": 5, "weight": 100, "smearing_eV": 0.1, "steps": 180},
)  # fmt: skip


class Run(NamedTuple):
    """A run of GPAW that has ended.

    folder : where its files are.
    result : what it found (dict), None if it did not converge.
    reason : why it did not converge, "" if it did.
    """

    folder: Path
    result: dict | None
    reason: str


def version(python: str) -> dict[str, str]:
    """Find the versions of GPAW and ASE, by package, that an interpreter has.

    Parameters
    ----------
    python : path of the interpreter, or its name on PATH.

    Raises
    ------
    SpinlensError
        One line that says what to install, if it has none.
    """
    try:
        return json.loads(_started(python, ["--version"], threads=1).stdout)
    except (OSError, ValueError):
        raise SpinlensError(f"{python} has no GPAW: {INSTALL}") from None


def asked(
    structure: Structure,
    moments: np.ndarray | None,
    kpoints: Sequence[int] | np.ndarray,
    attempt: dict,
    hubbard_u: dict[str, float] | None = None,
    relax: dict | None = None,
) -> dict:
    """Say what is asked of GPAW: LCAO dzp, PBE, on a Γ-centred mesh.

    Parameters
    ----------
    structure : the cell.
    moments : (sites,) starting moments, μB; None for a run without spin.
    kpoints : (3,) mesh.
    attempt : a step of LADDER.
    hubbard_u : Dudarev's U − J by element, eV, on d electrons.
    relax : {largest_force (eV/Å), most_steps}; None for a static run.
    """
    there = {site.specie.symbol for site in structure}
    u = {el: value for el, value in (hubbard_u or {}).items() if value and el in there}
    return {
        "elements": [site.specie.symbol for site in structure],
        "lattice": (structure.lattice.matrix.round(DIGITS) + 0.0).tolist(),
        "positions": (structure.frac_coords.round(DIGITS) + 0.0).tolist(),
        "moments": None if moments is None else [float(moment) for moment in moments],
        "kpoints": [int(points) for points in kpoints],
        "grid_spacing_angstrom": GRID_SPACING,
        "convergence_eV_per_electron": CONVERGENCE,
        "symmetry_tolerance": SYMMETRY_TOLERANCE,
        "setups": {element: f":d,{value}" for element, value in u.items()},
        "relax": relax,
        "attempt": attempt,
    }


def run(
    python: str, name: str, given: dict, grid: Sequence[int] | np.ndarray, store: Path,
    threads: int = 1, minutes: float = 10.0,
) -> Run:  # fmt: skip
    """Run GPAW, or find the run that has ended already.

    Parameters
    ----------
    python : interpreter that has GPAW.
    name : how the run's folder begins.
    given : what `asked` returns.
    grid : (3,) of the CHGCAR that is kept.
    store : folder of the runs that have ended; each appears there whole.
    threads : of GPAW's libraries.
    minutes : between two writings of the file from which an interrupted run goes on, in `store`.

    Raises
    ------
    SpinlensError
        If GPAW ends in any other way than with or without a solution, killed for its memory for
        example: that is no result, and nothing is kept.
    """
    text = json.dumps({"given": given, "grid": [int(points) for points in grid]}, sort_keys=True)
    key = hashlib.sha256(text.encode()).hexdigest()[:12]
    folder = Path(store) / f"{name}-{key}"
    if not (folder / "run.json").is_file():
        working = Path(store) / f".{folder.name}.{os.getpid()}"
        shutil.rmtree(working, ignore_errors=True)
        working.mkdir(parents=True)
        restart = (Path(store) / f".{folder.name}.gpw", minutes)
        try:
            done = _ended(python, name, given, grid, working, threads, restart)
            write_json(working / "run.json", done)
            shutil.rmtree(folder, ignore_errors=True)
            working.rename(folder)
            for file in Path(store).glob(f".{folder.name}*.gpw"):
                file.unlink(missing_ok=True)
        finally:
            shutil.rmtree(working, ignore_errors=True)
    kept = read_json(folder / "run.json")
    return Run(folder, kept["result"], kept["reason"])


def spin_densities(
    density: NDArray,
    lattice: NDArray,
    grid: Sequence[int] | NDArray,
    electrons: float,
    moment: float,
) -> tuple[NDArray, list[float]]:
    """Bring spin densities to a coarser grid, with exact integrals.

    They are smoothed by SMOOTHING first.

    Parameters
    ----------
    density : (spins, na, nb, nc) e Å⁻³ on a finer grid, of spin up and down; or their sum (1, na,
        nb, nc), of a run without spin.
    lattice : (3, 3) lattice vectors, Å.
    grid : (3,) points along them.
    electrons : number of valence electrons.
    moment : total moment, μB.

    Returns
    -------
    Densities (2, *grid) of spin up and down, e Å⁻³, and the factor that multiplied each.

    Raises
    ------
    SpinlensError
        If a factor is further from 1 than LARGEST_CORRECTION.
    """
    if len(density) == 1:
        density = np.concatenate([density, density]) / 2
    coarse = smooth(resample(density, [int(points) for points in grid]), lattice, SMOOTHING)
    wanted = np.array([electrons + moment, electrons - moment]) / 2
    factors = wanted / integral(coarse, lattice)
    if np.abs(factors - 1).max() > LARGEST_CORRECTION:
        raise SpinlensError(
            f"the spin densities integrate to {integral(coarse, lattice).round(3).tolist()} e, not "
            f"to {wanted.round(3).tolist()}"
        )
    return coarse * factors[:, None, None, None], factors.tolist()


def _ended(
    python: str,
    name: str,
    given: dict,
    grid: Sequence[int] | np.ndarray,
    folder: Path,
    threads: int,
    restart: tuple[Path, float],
) -> dict[str, Any]:
    """Run GPAW in `folder`, where its files stay, and return what goes on record."""
    (folder / "input.json").write_text(json.dumps(given), encoding="utf-8")
    arguments = [folder / "input.json", folder, *restart]
    done = _started(python, [str(argument) for argument in arguments], threads)
    reason = _last_line(done.stderr)
    if done.returncode not in (0, NOT_CONVERGED):
        raise SpinlensError(f"GPAW ended with code {done.returncode}: {reason}")
    (folder / "input.json").unlink()
    _compress(folder / "gpaw.txt")
    record: dict[str, Any] = {"given": given, "grid": [int(points) for points in grid]}
    if done.returncode == NOT_CONVERGED:
        return record | {"result": None, "reason": reason}
    result = read_json(folder / "scf.json")
    density = np.load(folder / "density.npy")
    spins, factors = spin_densities(
        density, np.array(given["lattice"]), grid, result["valence_electrons"],
        result["total_moment_muB"],
    )  # fmt: skip
    cell = Structure(given["lattice"], given["elements"], result["positions"])
    vasp.write_chgcar(folder / "CHGCAR.gz", cell, spins, f"{name} GPAW LCAO-dzp PBE")
    for file in ("scf.json", "density.npy"):
        (folder / file).unlink()
    return record | {"result": result | {"density_factors": factors}, "reason": ""}


def _started(python: str, arguments: list[str], threads: int) -> subprocess.CompletedProcess[str]:
    """Run the program to its end, its arguments as a list: no shell reads a path."""
    numbers = {f"{library}_NUM_THREADS": str(threads) for library in ("OMP", "OPENBLAS", "MKL")}
    return subprocess.run(
        [python, str(PROGRAM), *arguments],
        env=os.environ | numbers,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
    )


def _compress(path: Path) -> None:
    if path.is_file():
        Path(f"{path}.gz").write_bytes(gzip.compress(path.read_bytes()))
        path.unlink()


def _last_line(text: str) -> str:
    return (text.strip() or "it said nothing").splitlines()[-1].strip()
