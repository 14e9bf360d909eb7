"""What a split costs beside pymatgen's own read of the same file."""

import os
import subprocess
import sys
import tempfile
from math import prod
from pathlib import Path
from statistics import median
from time import perf_counter

from spinlens.benchmarks import split_process
from spinlens.benchmarks.synthetic import write_chgcar

GRID = (60, 60, 336)
REPEATS = 5
BLOCKS = 2
MB = 1e6
PYMATGEN_READ = "import sys; from pymatgen.io.vasp import Chgcar; Chgcar.from_file(sys.argv[1])"


def measure(grid=GRID, repeats=REPEATS):
    """Medians over whole processes, their start included, run in turn, `repeats` times.

    Returns a dict: grid; split_seconds (read, check, split, write the record) and
    pymatgen_read_seconds of a two-block CHGCAR on that grid, and their ratio; split_peak_mb and
    imports_peak_mb, memory of a split and of its imports alone; grids_mb, the grids as float64;
    repeats. MB are 10⁶ bytes. Raises subprocess.CalledProcessError where a process fails.
    """
    split = ["-m", split_process.__name__]
    with tempfile.TemporaryDirectory() as folder:
        charge_file, output = Path(folder, "CHGCAR"), Path(folder, "record.nc")
        write_chgcar(charge_file, grid)
        runs = {
            "split": [*split, charge_file, output],
            "pymatgen": ["-c", PYMATGEN_READ, charge_file],
            "imports": split,
        }
        rounds = [{name: _run(command) for name, command in runs.items()} for _ in range(repeats)]
    split_seconds = median(each["split"][0] for each in rounds)
    pymatgen_seconds = median(each["pymatgen"][0] for each in rounds)
    return {
        "grid": list(grid),
        "split_seconds": round(split_seconds, 3),
        "pymatgen_read_seconds": round(pymatgen_seconds, 3),
        "ratio": round(split_seconds / pymatgen_seconds, 3),
        "split_peak_mb": round(median(int(each["split"][1]) for each in rounds) / MB, 1),
        "imports_peak_mb": round(median(int(each["imports"][1]) for each in rounds) / MB, 1),
        "grids_mb": round(BLOCKS * 8 * prod(grid) / MB, 1),
        "repeats": repeats,
    }


def _run(arguments):
    """(seconds, standard output) of a Python process that finds the library."""
    library = Path(__file__).parents[2]
    paths = filter(None, [str(library), os.environ.get("PYTHONPATH")])
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(paths)}
    start = perf_counter()
    done = subprocess.run(
        [sys.executable, *map(str, arguments)],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return perf_counter() - start, done.stdout
