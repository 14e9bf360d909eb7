"""What many calculations cost: to plan, to split, and to put into one dataset."""

import shutil
import tempfile
from pathlib import Path

from spinlens.benchmarks import many_calculations, scale_process
from spinlens.benchmarks.workers import Worker
from spinlens.report import html_table

CALCULATIONS, SPLIT = 10_000, 1_000
TENTH = 10
GRID = (24, 24, 48)
MB = 1e6
MOST_DRY_RUN_SECONDS, MOST_DRY_RUN_MB = 60, 1000
MOST_SPLIT_SECONDS, MOST_GROWTH = 1.0, 1.2


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


def outcomes(measured):
    """Rows of what `measure` returns, one an aim: a dict of what, measured, asked and met."""
    split, dataset = (
        round(measured[f"{part}_peak_mb"] / measured[f"{part}_tenth_peak_mb"], 3)
        for part in ("split", "dataset")
    )
    planned, taken = f"dry run of {measured['calculations']:,}", f"{measured['dataset_samples']:,}"
    seconds = measured["split_cpu_seconds_per_calculation"]
    return [
        _row(f"{planned}, wall clock", measured["dry_run_seconds"], MOST_DRY_RUN_SECONDS, "s"),
        _row(f"{planned}, peak memory", measured["dry_run_peak_mb"], MOST_DRY_RUN_MB, "MB"),
        _row("split, CPU a calculation above the imports", seconds, MOST_SPLIT_SECONDS, "s"),
        _row(f"split of {taken}, peak memory over that of a tenth", split, MOST_GROWTH),
        _row(f"dataset of {taken}, peak memory over that of a tenth", dataset, MOST_GROWTH),
    ]


def summary(measured):
    """A line an aim, for a person."""
    return "\n".join(
        f"{row['what']}: {row['measured']} (asked for {row['asked']}: "
        f"{'met' if row['met'] else 'not met'})"
        for row in outcomes(measured)
    )


def page(measured):
    """HTML page of a table with a row an aim."""
    introduction = (
        "Small calculations, each with a density of its own: all of them planned by a dry run of "
        f"the workflow; the first {measured['split_calculations']:,} split, one after the other "
        f"in one process, and resampled to one dataset on {measured['dataset_grid']}, whose peak "
        f"was {measured['dataset_peak_mb']:.0f} MB. MB are 10⁶ bytes, imports included."
    )
    rows = [[*list(row.values())[:3], "yes" if row["met"] else "no"] for row in outcomes(measured)]
    return html_table.page("Scale", introduction, ["part", "measured", "asked for", "met"], rows)


def _row(what, value, most, unit=""):
    measured, asked = (f"{number:,g} {unit}".strip() for number in (value, most))
    return {"what": what, "measured": measured, "asked": f"at most {asked}", "met": value <= most}


def _worker(task, **settings):
    return Worker(scale_process.__name__, {"task": task} | settings)


def _require(count, expected, what):
    if count != expected:
        raise RuntimeError(f"{count} of {expected} calculations {what}")


def _mb(done):
    return round(done.peak_bytes / MB, 1)
