"""Whole trees of calculations: made into one dataset, read, and planned when they are very many."""

import resource
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from spinlens.benchmarks import calculation_tasks, calculations
from spinlens.benchmarks.calculations import Grid
from spinlens.benchmarks.synthetic import write_calculations
from spinlens.benchmarks.workers import MB, Worker, environment, run_in_turn

SMALL, LARGE, PLANNED = 10_000, 100, 100_000
LARGE_GRID: Grid = (60, 60, 120)
PARTS = 10


def measure_tree(
    snakefile: Path | str,
    small: int = SMALL,
    cores: int = 2,
    grid: Grid = calculations.DATASET_GRID,
) -> dict[str, Any]:
    """Measure the command that makes the dataset of many small calculations.

    Parameters
    ----------
    snakefile : Path | str
        Snakefile of the workflow.
    small : int
        Number of calculations.
    cores : int
        Cores of the command.
    grid : Grid
        Grid points of the dataset along a, b and c.

    Returns
    -------
    dict[str, Any]
        calculations; seconds of the command, and cpu_seconds, which say more where others share
        the cores; library_cpu_seconds, those of the same splits and of the same dataset in one
        process each, imports excluded; over_library, the first over these; grid and cores.

    Raises
    ------
    RuntimeError
        If the command or a worker fails.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        runs = write_calculations(folder / "runs", 0, small)
        seconds, of_cpu = _make_dataset(snakefile, folder, runs, cores, grid)
        print(f"dataset of {small:,} from their tree: {seconds:.1f} s, {of_cpu:.1f} of CPU")
        records = str(folder / "records")
        tasks: list[tuple[str, dict[str, Any]]] = [
            ("split", {"calculations": str(runs), "records": records, "parts": [small]}),
            ("dataset", {"records": records, "count": small, "grid": grid,
                         "output": str(folder / "dataset.nc")}),
        ]  # fmt: skip
        cpu_seconds = 0.0
        for task, settings in tasks:
            with _worker(task, **settings) as worker:
                count, seconds_of_task = worker.run(task).value
            print(f"{task} of {count:,} in one process: {seconds_of_task:.1f} s of CPU")
            cpu_seconds += seconds_of_task
    return {
        "calculations": small,
        "seconds": round(seconds, 1),
        "cpu_seconds": round(of_cpu, 1),
        "library_cpu_seconds": round(cpu_seconds, 1),
        "over_library": round(seconds / cpu_seconds, 3),
        "grid": list(grid),
        "cores": cores,
    }


def measure_throughput(
    large: int = LARGE, grid: Grid = LARGE_GRID, parts: int = PARTS
) -> dict[str, Any]:
    """Measure splits of calculations of realistic size beside pymatgen's bare read, in turn.

    Parameters
    ----------
    large : int
        Number of calculations, a multiple of `parts`.
    grid : Grid
        Grid points of each CHGCAR along a, b and c.
    parts : int
        Runs of each, over as many calculations.

    Returns
    -------
    dict[str, Any]
        calculations, grid and file_mb, the size of a CHGCAR; split_mb_per_second (read, check,
        split, write the record) and pymatgen_mb_per_second (read), medians of the parts, without
        imports; ratio, the second over the first. MB are 10⁶ bytes.

    Raises
    ------
    RuntimeError
        If a worker fails.
    """
    with tempfile.TemporaryDirectory() as name:
        runs = write_calculations(Path(name, "runs"), 0, large, grid)
        size = next(runs.rglob("CHGCAR")).stat().st_size / MB
        common = {"calculations": str(runs), "parts": [large // parts] * parts}
        with (
            _worker("split", records=str(Path(name, "records")), **common) as split,
            _worker("read", **common) as read,
        ):
            measured = run_in_turn(
                [("split", split, "split"), ("pymatgen's read", read, "read")], parts, "part"
            )
    split_seconds, read_seconds = (
        median(run.seconds for run in runs) / (large // parts) for runs in measured.values()
    )
    return {
        "calculations": large,
        "grid": list(grid),
        "file_mb": round(size, 2),
        "split_mb_per_second": round(size / split_seconds, 1),
        "pymatgen_mb_per_second": round(size / read_seconds, 1),
        "ratio": round(split_seconds / read_seconds, 3),
    }


def measure_planning(snakefile: Path | str, planned: int = PLANNED) -> dict[str, Any]:
    """Measure a dry run over very many small calculations; see calculations.measure_scale."""
    with tempfile.TemporaryDirectory() as name:
        runs = write_calculations(Path(name, "runs"), 0, planned)
        return {"calculations": planned} | calculations.dry_run(snakefile, Path(name), runs)


def _make_dataset(
    snakefile: Path | str, folder: Path, runs: Path, cores: int, grid: Grid
) -> tuple[float, float]:
    """Wall clock and CPU seconds, those of its jobs included, of the command."""
    project = calculations.project(snakefile, folder)
    config = [f"calculations={runs}", f"results={project}/results", "select=null"]
    start, cpu_before = perf_counter(), _cpu_of_children()
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "--snakefile", str(snakefile), "--cores", str(cores),
         "--directory", str(project), "--config", *config, f"grid={list(grid)}",
         "--", f"{project}/results/dataset.nc"],
        env=environment(), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(f"the command failed: {done.stdout[-2000:]}")
    return perf_counter() - start, _cpu_of_children() - cpu_before


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _worker(task: str, **settings: Any) -> Worker:
    return Worker(calculation_tasks.__name__, {"task": task} | settings)
