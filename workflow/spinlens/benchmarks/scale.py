"""What many calculations cost: to plan, to split, and to put into one dataset."""

import shutil
import tempfile
from pathlib import Path

from spinlens.benchmarks import many_calculations, scale_process
from spinlens.benchmarks.workers import Worker

CALCULATIONS, SPLIT = 10_000, 1_000
TENTH = 10
GRID = (24, 24, 48)
MB = 1e6


def measure(snakefile, calculations=CALCULATIONS, split=SPLIT, grid=GRID, report=print):
    """Measure a dry run of the workflow in `snakefile` over a tree of so many small calculations,
    and the first `split` of them through split and dataset, each in a process of its own.

    Returns a dict: calculations; dry_run_seconds, dry_run_cpu_seconds and dry_run_peak_mb, of all
    jobs of the main job, Snakemake's imports included; split_calculations,
    split_cpu_seconds_per_calculation, without imports; dataset_samples and dataset_peak_mb, on
    `grid`, records selected and resampled; split_tenth_peak_mb and dataset_tenth_peak_mb, of a
    tenth of them. MB are 10⁶ bytes. Raises RuntimeError where a part fails or leaves one out.
    """
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        runs = many_calculations.make(folder / "runs", 0, calculations)
        measured = {"calculations": calculations} | _dry_run(snakefile, folder, runs)
        report(f"dry run: {measured}")
        measured |= _split(folder, runs, split)
        report(f"split: {measured}")
        return measured | _dataset(folder, split, grid)


def _dry_run(snakefile, folder, runs):
    project = folder / "project"
    project.mkdir()
    shutil.copy2(Path(snakefile).with_name("config.yaml"), project)
    settings = {"snakefile": str(snakefile), "calculations": str(runs)}
    with _worker("plan", folder=str(project), **settings) as worker:
        done = worker.measure("plan")
    planned, cpu_seconds = done.value
    _require(planned, len(list(runs.glob("*/*/CHGCAR"))), "planned")
    return {
        "dry_run_seconds": round(done.seconds, 1),
        "dry_run_cpu_seconds": round(cpu_seconds, 1),
        "dry_run_peak_mb": _mb(done),
    }


def _split(folder, runs, count):
    parts = [count // TENTH, count - count // TENTH]
    settings = {"calculations": str(runs), "records": str(folder / "records"), "parts": parts}
    with _worker("split", **settings) as worker:
        tenth, rest = (worker.measure("split") for _ in parts)
    cpu_seconds = tenth.value[1] + rest.value[1]
    return {
        "split_calculations": tenth.value[0] + rest.value[0],
        "split_cpu_seconds_per_calculation": round(cpu_seconds / count, 4),
        "split_peak_mb": _mb(rest),
        "split_tenth_peak_mb": _mb(tenth),
    }


def _dataset(folder, count, grid):
    peaks = {}
    for samples in (count // TENTH, count):
        settings = {"count": samples, "grid": grid, "output": str(folder / f"{samples}.nc")}
        with _worker("dataset", records=str(folder / "records"), **settings) as worker:
            done = worker.measure("dataset")
        _require(done.value[0], samples, "taken into the dataset")
        peaks[samples] = _mb(done)
    return {
        "dataset_samples": count,
        "dataset_grid": list(grid),
        "dataset_peak_mb": peaks[count],
        "dataset_tenth_peak_mb": peaks[count // TENTH],
    }


def _worker(task, **settings):
    return Worker(scale_process.__name__, {"task": task} | settings)


def _require(count, expected, what):
    if count != expected:
        raise RuntimeError(f"{count} of {expected} calculations {what}")


def _mb(done):
    return round(done.peak_bytes / MB, 1)
