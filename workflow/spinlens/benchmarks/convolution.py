"""What the periodic convolution saves: the 2018 network on tiles beside the same network on the
unit cell, an epoch beside its bare transforms, a step's memory beside that of the tiles."""

from contextlib import ExitStack
from math import prod
from statistics import median
from typing import NamedTuple

import numpy as np

from spinlens.benchmarks import convolution_process
from spinlens.benchmarks.workers import Worker

CELL = (60, 60, 120)
REPEATS = (2, 2, 1)
CHANNELS, FILTERS, FLOAT_BYTES = 2, 3, 4
KERNEL, BATCH, SAMPLES = 40, 20, 43
# A network whose data weighs nothing beside its framework, by the same route.
SMALL_CELL, SMALL_KERNEL = (16, 16, 16), 12
MICRO_BATCH = 2
EPOCHS, STEPS = 9, 5
MB = 1e6
SAME = 1e-3


class Case(NamedTuple):
    """A kernel so long along each axis, a batch, `forward` or `step`; in each round the direct
    side is timed once and the periodic side `periodic_per_round` times."""

    name: str
    kernel: int
    batch: int
    part: str
    rounds: int = 3
    periodic_per_round: int = 5


CASES = (
    Case("kernel 5, step", 5, 4, "step", rounds=7, periodic_per_round=1),
    Case("kernel 20, step", 20, 1, "step"),
    Case("kernel 40, forward", 40, 1, "forward"),
)


def measure(threads, gpus=0, cell=CELL, cases=CASES, kernel=KERNEL, epochs=EPOCHS, report=print):
    """Medians of interleaved measurements in processes with so many threads, as a dict.

    `cases`: name, kernel, stride, batch, pass, direct_seconds and periodic_seconds (a forward
    pass or a training step of the whole network), their ratio, and the peak of memory of either
    process, imports included. `epoch`: seconds of an epoch of `epochs` beside the bare transforms
    that it needs. `memory`: see measure_memory. Then backend and devices. MB are 10⁶ bytes.
    Raises RuntimeError where a process fails or the networks' results differ.
    """
    common = {"threads": threads, "gpus": gpus, "cell": list(cell)}
    with _worker(common, task="nothing") as idle:
        backend, devices = idle.measure("devices").value
    report(f"{backend} on {', '.join(devices)}")
    return {
        "cases": [measure_case(common, case, report) for case in cases],
        "epoch": measure_epoch(common, kernel, epochs, report),
        "memory": measure_memory(common, kernel, report),
        "backend": backend,
        "devices": devices,
    }


def measure_case(common, case, report=print):
    """A Case on the common settings of all processes, as a row of `cases`."""
    network = {"task": "network", "kernel": case.kernel, "batch": case.batch}
    with ExitStack() as stack:
        direct, periodic = (
            stack.enter_context(_worker(common, side=side, **network))
            for side in ("direct", "periodic")
        )
        _require_same(case, *(worker.measure(case.part).value for worker in (direct, periodic)))
        direct_runs, periodic_runs = [], []
        for _ in range(case.rounds):
            direct_runs.append(direct.measure(case.part))
            for _ in range(case.periodic_per_round):
                periodic_runs.append(periodic.measure(case.part))
            report(
                f"{case.name}: direct {direct_runs[-1].seconds:.3f} s, "
                f"periodic {_seconds(periodic_runs):.4f} s"
            )
    direct_seconds, periodic_seconds = _seconds(direct_runs), _seconds(periodic_runs)
    return {
        "name": case.name,
        "kernel": case.kernel,
        "stride": 1,
        "batch": case.batch,
        "pass": case.part,
        "direct_seconds": round(direct_seconds, 5),
        "periodic_seconds": round(periodic_seconds, 5),
        "ratio": round(direct_seconds / periodic_seconds, 3),
        "direct_peak_mb": _peak_mb(direct_runs),
        "periodic_peak_mb": _peak_mb(periodic_runs),
    }


def measure_epoch(common, kernel=KERNEL, epochs=EPOCHS, report=print):
    """An epoch of the model on samples in memory, beside its bare transforms."""
    task = {"task": "epoch", "kernel": kernel, "samples": SAMPLES, "batch": BATCH}
    fits, floors = [], []
    with _worker(common, **task) as worker:
        worker.measure("epoch")
        worker.measure("transforms")
        for _ in range(epochs):
            fits.append(worker.measure("epoch"))
            floors.append(worker.measure("transforms"))
            report(f"epoch {fits[-1].seconds:.3f} s, transforms {floors[-1].seconds:.3f} s")
    return {
        "samples": SAMPLES,
        "batch": BATCH,
        "seconds": round(_seconds(fits), 4),
        "fft_floor_seconds": round(_seconds(floors), 4),
        "over_floor": round(_seconds(fits) / _seconds(floors), 3),
    }


def measure_memory(common, kernel=KERNEL, report=print):
    """The memory of training steps on a batch beside that of its tiles and their outputs.

    Peaks are those of processes: of one that steps, and of one that steps on as many small cells,
    which holds Python, the framework and the compiled network, too. `taken_mb` is their
    difference, for a batch that passes in parts of `micro_batch` samples, `share` its ratio to
    the tiles; `whole_taken_mb` and `whole_share` are those of one that passes whole, unit cells
    and all; `times_as_long` is how long a step in parts takes beside a whole one.
    """
    ways = (
        {"task": "parted", "batch": BATCH, "micro_batch": MICRO_BATCH},
        {"task": "network", "side": "periodic", "batch": BATCH},
    )
    small = common | {"cell": list(SMALL_CELL), "kernel": SMALL_KERNEL}
    least = [_peak_mb(*_steps(small, way)) for way in ways]
    runs = _steps(common | {"kernel": kernel}, *ways)
    taken, whole_taken = (_peak_mb(own) - mb for own, mb in zip(runs, least, strict=True))
    tiles = BATCH * tiled_bytes(common["cell"], kernel) / MB
    measured = {
        "batch": BATCH,
        "micro_batch": MICRO_BATCH,
        "tiles_mb": round(tiles, 1),
        "taken_mb": round(taken, 1),
        "share": round(taken / tiles, 3),
        "whole_taken_mb": round(whole_taken, 1),
        "whole_share": round(whole_taken / tiles, 3),
        "times_as_long": round(_seconds(runs[0]) / _seconds(runs[1]), 3),
    }
    report(f"memory: {measured}")
    return measured


def _steps(common, *tasks):
    """Of each task in a process of its own the steps measured, in turn."""
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(common, **task)) for task in tasks]
        rounds = [[each.measure("step") for each in workers] for _ in range(STEPS)]
    return list(zip(*rounds, strict=True))


def tiled_bytes(cell, kernel):
    """Bytes of one sample's tiled input and of its convolution's output, in float32."""
    extent = [n * repeats for n, repeats in zip(cell, REPEATS, strict=True)]
    outputs = prod(n - kernel + 1 for n in extent)
    return FLOAT_BYTES * (prod(extent) * CHANNELS + outputs * FILTERS)


def _worker(common, **task):
    return Worker(convolution_process.__name__, common | task)


def _require_same(case, direct, periodic):
    if not np.allclose(direct, periodic, rtol=SAME, atol=SAME):
        raise RuntimeError(f"{case.name}: direct gives {direct}, periodic {periodic}")


def _seconds(runs):
    return median(run.seconds for run in runs)


def _peak_mb(runs):
    return round(max(run.peak_bytes for run in runs) / MB, 1)
