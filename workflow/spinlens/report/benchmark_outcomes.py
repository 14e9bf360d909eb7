"""Measurements of the benchmarks beside their bounds, as text for a terminal or a table."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

# Of the convolution: time of the strongest rival over that of the periodic network, by case; time
# of an epoch over that of its bare transforms; memory of a step over that of the tiles.
STRONGEST = "fft-conv-pytorch"
LEAST_RATIOS = {"kernel 20, step": 20, "kernel 40, forward": 10, "kernel 5, step": 20}
MOST_OVER_FLOOR = 1.4
MOST_SHARE = 0.2
# Of many calculations: a dry run; the start of a job above that with few; a split; memory over that
# of a tenth of the calculations.
MOST_DRY_RUN_SECONDS, MOST_DRY_RUN_MB, MOST_LONGER_START = 60, 1000, 1.0
MOST_SPLIT_SECONDS, MOST_GROWTH = 1.0, 1.2
# Of whole trees: time of the command over the library's own CPU time; jobs of the splits.
MOST_OVER_LIBRARY, MOST_SPLIT_JOBS = 2.0, 250
# Of one split: time over that of pymatgen's read; memory over that of the grids.
MOST_RATIO, MOST_GRIDS = 2.0, 6


class Outcome(NamedTuple):
    """One measurement beside its bound.

    Attributes
    ----------
    measurement : str
        What was measured.
    measured : str
        Its value with its unit.
    bound : str
        The bound that it is held to, empty if none.
    met : bool | None
        Whether it keeps the bound; None without a bound or a measurement.
    reference : str
        What it is compared with, empty if nothing.
    ratio : str
        The comparison that the bound is for, empty if `measured` itself.
    peaks_mb : tuple[float, ...]
        Peak memory of the periodic network's process and of the other in MB; empty if not
        compared.
    """

    measurement: str
    measured: str
    bound: str
    met: bool | None
    reference: str = ""
    ratio: str = ""
    peaks_mb: tuple[float, ...] = ()


def convolution(measured: Mapping[str, Any]) -> list[Outcome]:
    """Compare convolution.json with its bounds: each case by rival, the epoch and the memory."""
    rows = [_rival(case, rival) for case in measured["cases"] for rival in case["rivals"]]
    rows += map(_transforms, measured["cases"])
    return [*rows, _epoch(measured["epoch"]), _memory(measured["memory"])]


def scale(measured: Mapping[str, Any]) -> list[Outcome]:
    """Compare scale.json with its bounds: dry run, start of a job, split and dataset."""
    split, dataset = (
        round(measured[f"{part}_peak_mb"] / measured[f"{part}_tenth_peak_mb"], 3)
        for part in ("split", "dataset")
    )
    planned, taken = f"dry run of {measured['calculations']:,}", f"{measured['dataset_samples']:,}"
    seconds = measured["split_cpu_seconds_per_calculation"]
    longer = round(measured["job_start_cpu_seconds"] - measured["few_job_start_cpu_seconds"], 2)
    return [
        _at_most(f"{planned}, wall clock", measured["dry_run_seconds"], MOST_DRY_RUN_SECONDS, "s"),
        _at_most(f"{planned}, peak memory", measured["dry_run_peak_mb"], MOST_DRY_RUN_MB, "MB"),
        _at_most("start of a job, CPU above that of 10", longer, MOST_LONGER_START, "s"),
        _at_most("split, CPU per calculation above the imports", seconds, MOST_SPLIT_SECONDS, "s"),
        _at_most(f"split of {taken}, peak memory over that of a tenth", split, MOST_GROWTH),
        _at_most(f"dataset of {taken}, peak memory over that of a tenth", dataset, MOST_GROWTH),
    ]


def tree(measured: Mapping[str, Any]) -> list[Outcome]:
    """Compare tree.json with its bounds: throughput, planning of very many, files to dataset."""
    read, planning, made = (measured[part] for part in ("throughput", "planning", "dataset"))
    planned = f"dry run of {planning['calculations']:,}"
    most = f"at most {MOST_OVER_LIBRARY:g}"
    return [
        Outcome(
            f"splits of {read['calculations']:,} calculations of {read['file_mb']:.3g} MB",
            f"{read['split_mb_per_second']:.3g} MB/s", "", None,
            f"{read['pymatgen_mb_per_second']:.3g} MB/s of pymatgen's read",
            f"{read['ratio']:.3g} times as long",
        ),
        _at_most(f"{planned}, wall clock", planning["dry_run_seconds"], MOST_DRY_RUN_SECONDS, "s"),
        _at_most(f"{planned}, peak memory", planning["dry_run_peak_mb"], MOST_DRY_RUN_MB, "MB"),
        _at_most(f"{planned}, jobs of the splits", planning["split_jobs"], MOST_SPLIT_JOBS),
        Outcome(
            f"dataset of {made['calculations']:,} from their files, {made['cores']} cores",
            f"{made['seconds']:.4g} s ({made['cpu_seconds']:.4g} s of CPU)", most,
            made["over_library"] <= MOST_OVER_LIBRARY,
            f"{made['library_cpu_seconds']:.4g} s of CPU of the library alone",
            f"{made['over_library']:.3g} times as long",
        ),
    ]  # fmt: skip


def summary(outcomes: Sequence[Outcome]) -> str:
    """List outcomes for a terminal, a line each."""
    return "\n".join(map(_line, outcomes))


def split_summary(measured: Mapping[str, Any]) -> str:
    """Write split.json beside its bounds: a line for the time, a line for the memory."""
    peak_bound = MOST_GRIDS * measured["grids_mb"] + measured["imports_peak_mb"]
    return (
        f"split {measured['split_seconds']} s, pymatgen's read "
        f"{measured['pymatgen_read_seconds']} s: ratio {measured['ratio']} (bound {MOST_RATIO})\n"
        f"peak memory of a split {measured['split_peak_mb']} MB, of its imports alone "
        f"{measured['imports_peak_mb']} MB (bound {peak_bound:.0f} MB: imports and {MOST_GRIDS} "
        f"times the grids' {measured['grids_mb']} MB)"
    )


def steerable_summary(measured: Mapping[str, Any]) -> str:
    """Summarise the benchmark of the steerable network.

    Parameters
    ----------
    measured : Mapping[str, Any]
        steerable.json: what benchmarks.convolution.measure_steerable returns.

    Returns
    -------
    str
        One line.
    """
    return (
        f"epoch of {measured['samples']} samples: steerable {measured['epoch_seconds']:.3f} s, "
        f"voxel {measured['voxel_epoch_seconds']:.3f} s, ratio {measured['ratio']:.3f}"
    )


def _line(row: Outcome) -> str:
    compared = f" beside {row.reference}" if row.reference else ""
    compared += f": {row.ratio}" if row.ratio else ""
    met = {True: "met", False: "not met", None: "not measured"}[row.met]
    bound = f" (bound: {row.bound}; {met})" if row.bound else ""
    return f"{row.measurement}: {row.measured}{compared}{bound}"


def _rival(case: Mapping[str, Any], rival: Mapping[str, Any]) -> Outcome:
    name, least = rival["name"], LEAST_RATIOS[case["name"]]
    bound = f"at least {least:.3g}" if name == STRONGEST else ""
    own = f"{case['name']}, batch {case['batch']}", f"{case['periodic_seconds']:.3g} s", bound
    if "missing" in rival:
        return Outcome(*own, None, f"{name}: {rival['missing']}")
    more = "more than " if rival.get("stopped") else ""
    return Outcome(
        *own,
        rival["ratio"] >= least if bound else None,
        f"{more}{rival['seconds']:.3g} s of {name} on tiles",
        f"{more}{rival['ratio']:.3g} times as fast",
        (case["periodic_peak_mb"], rival["peak_mb"]) if "peak_mb" in rival else (),
    )


def _transforms(case: Mapping[str, Any]) -> Outcome:
    return Outcome(
        f"{case['name']}, batch {case['batch']}",
        f"{case['periodic_seconds']:.3g} s",
        "",
        None,
        f"{case['transforms_seconds']:.3g} s of bare transforms",
        f"{case['over_transforms']:.3g} times as long",
    )


def _epoch(epoch: Mapping[str, Any]) -> Outcome:
    return Outcome(
        f"epoch of {epoch['samples']} samples, batch {epoch['batch']}",
        f"{epoch['seconds']:.3g} s",
        f"at most {MOST_OVER_FLOOR:g}",
        epoch["over_floor"] <= MOST_OVER_FLOOR,
        f"{epoch['fft_floor_seconds']:.3g} s of bare transforms",
        f"{epoch['over_floor']:.3g} times as long, {epoch['fields_over_floor']:.3g} without kept "
        "spectra",
    )


def _memory(memory: Mapping[str, Any]) -> Outcome:
    return Outcome(
        f"memory of a step, batch {memory['batch']}, {memory['micro_batch']} samples at a time",
        f"{memory['taken_mb']:.0f} MB, in {memory['times_as_long']:.2g} times the time "
        f"of a whole batch, which takes {memory['whole_taken_mb']:.0f} MB",
        f"at most {MOST_SHARE:g}",
        memory["share"] <= MOST_SHARE,
        f"{memory['tiles_mb']:.0f} MB of tiled inputs and outputs",
        f"a share of {memory['share']:.3g}, {memory['whole_share']:.3g} of a whole batch",
    )


def _at_most(measurement: str, value: float, most: float, unit: str = "") -> Outcome:
    measured, bound = (f"{number:,g} {unit}".strip() for number in (value, most))
    return Outcome(measurement, measured, f"at most {bound}", value <= most)
