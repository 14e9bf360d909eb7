"""Cost of calculations: one split, and many of them to plan, to split and to put into a dataset."""

import shutil
import subprocess
import sys
import tempfile
from math import prod
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from spinlens.benchmarks import calculation_tasks
from spinlens.benchmarks.synthetic import write_calculations, write_chgcar
from spinlens.benchmarks.workers import MB, Worker, environment, peak_mb
from spinlens.calculations import shards
from spinlens.calculations.find import find

Grid = tuple[int, int, int]

CALCULATIONS, SPLIT_CALCULATIONS = 10_000, 1_000
TENTH, FEW = 10, 10
DATASET_GRID: Grid = (24, 24, 48)
SPLIT_GRID: Grid = (60, 60, 336)
REPEATS, STARTS = 5, 3
BLOCKS = 2  # of a CHGCAR: charge and magnetization
PYMATGEN_READ = "import sys; from pymatgen.io.vasp import Chgcar; Chgcar.from_file(sys.argv[1])"
SPLIT = (
    f"import sys; from {calculation_tasks.__name__} import print_peak_of_split as split; "
    "split(*sys.argv[1:])"
)


def measure_split(grid: Grid = SPLIT_GRID, repeats: int = REPEATS) -> dict[str, Any]:
    """Measure one split beside pymatgen's read of the same file, in whole processes.

    Parameters
    ----------
    grid : Grid
        Grid points of the CHGCAR along a, b and c.
    repeats : int
        Runs of each process, in turn.

    Returns
    -------
    dict[str, Any]
        Medians: split_seconds (read, check, split, write the record) and pymatgen_read_seconds,
        the start of the processes included, and their ratio; split_peak_mb and imports_peak_mb,
        peak memory of a split and of its imports alone; grids_mb, the grids as float64; grid and
        repeats. MB are 10⁶ bytes.

    Raises
    ------
    subprocess.CalledProcessError
        If a process fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        charge_file, record = str(Path(folder, "CHGCAR")), str(Path(folder, "record.nc"))
        write_chgcar(charge_file, grid)
        commands = {
            "split": [SPLIT, charge_file, record],
            "pymatgen": [PYMATGEN_READ, charge_file],
            "imports": [SPLIT],
        }
        rounds = [{name: _run(*code) for name, code in commands.items()} for _ in range(repeats)]
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


def measure_scale(
    snakefile: Path | str,
    calculations: int = CALCULATIONS,
    split: int = SPLIT_CALCULATIONS,
    grid: Grid = DATASET_GRID,
) -> dict[str, Any]:
    """Measure a dry run over many small calculations, and a split and a dataset of the first.

    Parameters
    ----------
    snakefile : Path | str
        Snakefile of the workflow.
    calculations, split : int
        Numbers of calculations: planned, and split and put into the dataset.
    grid : Grid
        Grid points of the dataset along a, b and c.

    Returns
    -------
    dict[str, Any]
        calculations; split_jobs of the dry run; dry_run_seconds, dry_run_cpu_seconds and
        dry_run_peak_mb, Snakemake's imports included; job_start_cpu_seconds, of one of its jobs on
        a cluster, and few_job_start_cpu_seconds, with 10 calculations; split_calculations,
        split_cpu_seconds_per_calculation, without imports, and split_peak_mb; dataset_samples,
        dataset_grid and dataset_peak_mb; split_tenth_peak_mb and dataset_tenth_peak_mb, for a
        tenth of them. Each part has a process of its own. MB are
        10⁶ bytes.

    Raises
    ------
    RuntimeError
        If a part fails or leaves a calculation out.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = write_calculations(folder / "runs", 0, calculations)
        measured = {"calculations": calculations} | dry_run(snakefile, folder, runs)
        print(f"dry run: {measured}")
        measured["job_start_cpu_seconds"] = _job_start(snakefile, folder, runs)
        few = folder / "few"
        few_runs = write_calculations(few / "runs", 0, FEW)
        dry_run(snakefile, few, few_runs)  # a job's command has planned before
        measured["few_job_start_cpu_seconds"] = _job_start(snakefile, few, few_runs)
        measured |= _split(folder, runs, split)
        print(f"split: {measured}")
        return measured | _dataset(folder, split, grid)


def _run(*code: str) -> tuple[float, str]:
    """Run Python code with its arguments in a process; seconds and standard output."""
    start = perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", *code],
        env=environment(),
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return perf_counter() - start, done.stdout


def project(snakefile: Path | str, folder: Path) -> Path:
    """Make the folder of a study in another folder, with the workflow's own config."""
    made = folder / "project"
    made.mkdir()
    shutil.copy2(Path(snakefile).with_name("config.yaml"), made)
    return made


def dry_run(snakefile: Path | str, folder: Path, runs: Path) -> dict[str, Any]:
    """Measure a dry run of the workflow over calculations.

    Parameters
    ----------
    snakefile : Path | str
        Snakefile of the workflow.
    folder, runs : Path
        Folder for the study; folder of the calculations.

    Returns
    -------
    dict[str, Any]
        split_jobs planned; dry_run_seconds, dry_run_cpu_seconds and dry_run_peak_mb.

    Raises
    ------
    RuntimeError
        If the dry run fails or plans other jobs than expected.
    """
    study = project(snakefile, folder)
    settings = {"snakefile": str(snakefile), "calculations": str(runs)}
    with _worker("plan", folder=str(study), **settings) as worker:
        done = worker.run("plan")
    planned, cpu_seconds = done.value
    jobs = shards.outputs((each.id for each in find(runs)), str(study / "results"))
    _require_all(planned, len(jobs), "planned")
    return {
        "split_jobs": planned,
        "dry_run_seconds": round(done.seconds, 1),
        "dry_run_cpu_seconds": round(cpu_seconds, 1),
        "dry_run_peak_mb": peak_mb(done),
    }


def _job_start(snakefile: Path | str, folder: Path, runs: Path) -> float:
    """CPU seconds of the start of a job of a planned study: the median of several processes."""
    where = {
        "folder": str(folder / "project"),
        "calculations": str(runs),
        "snakefile": str(snakefile),
    }
    starts = []
    for _ in range(STARTS):
        with _worker("start job", **where) as worker:
            starts.append(worker.run("start job").value)
    return round(median(starts), 2)


def _split(folder: Path, runs: Path, count: int) -> dict[str, Any]:
    parts = [count // TENTH, count - count // TENTH]
    records = str(folder / "records")
    with _worker("split", calculations=str(runs), records=records, parts=parts) as worker:
        tenth, rest = (worker.run("split") for _ in parts)
    cpu_seconds = tenth.value[1] + rest.value[1]
    return {
        "split_calculations": tenth.value[0] + rest.value[0],
        "split_cpu_seconds_per_calculation": round(cpu_seconds / count, 4),
        "split_peak_mb": peak_mb(rest),
        "split_tenth_peak_mb": peak_mb(tenth),
    }


def _dataset(folder: Path, count: int, grid: Grid) -> dict[str, Any]:
    peaks = {}
    for samples in (count // TENTH, count):
        files = {"records": str(folder / "records"), "output": str(folder / f"{samples}.nc")}
        with _worker("dataset", count=samples, grid=grid, **files) as worker:
            done = worker.run("dataset")
        _require_all(done.value[0], samples, "in the dataset")
        peaks[samples] = peak_mb(done)
    return {
        "dataset_samples": count,
        "dataset_grid": list(grid),
        "dataset_peak_mb": peaks[count],
        "dataset_tenth_peak_mb": peaks[count // TENTH],
    }


def _worker(task: str, **settings: Any) -> Worker:
    return Worker(calculation_tasks.__name__, {"task": task} | settings)


def _require_all(count: int, expected: int, where: str) -> None:
    if count != expected:
        raise RuntimeError(f"{count} of {expected} calculations {where}")
