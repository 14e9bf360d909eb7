"""Cost of convolutions: the periodic one beside the direct one on tiles, the steerable network."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from math import prod
from typing import Any

import numpy as np

from spinlens.benchmarks import network_tasks
from spinlens.benchmarks.cases import CASES, Case, measure_case
from spinlens.benchmarks.synthetic import FILTERS, SUPERCELL
from spinlens.benchmarks.workers import (
    MB,
    Measurement,
    Worker,
    median_seconds,
    peak_mb,
    run_in_turn,
)

Grid = tuple[int, int, int]
Settings = Mapping[str, Any]

CELL: Grid = (60, 60, 120)
COARSE: Grid = (11, 11, 27)  # of the steerable network, for the same cell
CHANNELS, FLOAT_BYTES = 2, 4
KERNEL, BATCH, SAMPLES, STEERABLE_SAMPLES = 40, 20, 43, 45
# A network whose data is small beside its framework, in the same process otherwise.
SMALL_CELL, SMALL_KERNEL = (16, 16, 16), 12
MICRO_BATCH, EPOCHS, STEERABLE_EPOCHS, STEPS = 2, 9, 5, 5


def measure_convolution(
    threads: int,
    gpus: int | str = 0,
    cell: Grid = CELL,
    cases: Sequence[Case] = CASES,
    kernel: int = KERNEL,
    epochs: int = EPOCHS,
) -> dict[str, Any]:
    """Measure the periodic convolution beside others on tiles and beside its bare transforms.

    Parameters
    ----------
    threads : int
        Threads of each process.
    gpus : int | str
        GPUs, as the config gives them.
    cell : Grid
        Voxels of the unit cell along a, b and c.
    cases : Sequence[Case]
        Passes to measure.
    kernel, epochs : int
        Voxels of the kernel along each axis, for epoch and memory; epochs to measure.

    Returns
    -------
    dict[str, Any]
        Medians of interleaved measurements. `cases`: see cases.measure_case. `epoch`: time as
        trainings take it, which keep the spectra of samples, and of one that keeps none
        (fields_seconds), beside the bare transforms of the latter.
        `memory`: of a step in parts of `micro_batch` samples (taken_mb, share) and of a whole
        batch (whole_taken_mb, whole_share), above a process with small cells, and as a share of
        the tiled inputs and outputs (tiles_mb); times_as_long, the time of a step in parts over
        that of a whole one. `backend`, `devices`, `threads` and `instruction_sets`, those of the
        processor beyond the least that NumPy needs. Times in s; MB are 10⁶ bytes.

    Raises
    ------
    RuntimeError
        If a process fails or the networks' results differ.
    """
    common = {"threads": threads, "gpus": gpus, "cell": list(cell)}
    with _worker(common, task="nothing") as idle:
        backend, devices = idle.run("devices").value
    print(f"{backend} on {', '.join(devices)}")
    on_gpu = any("gpu" in device.lower() for device in devices)
    return {
        "cases": [measure_case(common, case, on_gpu) for case in cases],
        "epoch": _epoch(common, kernel, epochs),
        "memory": _memory(common, kernel),
        "backend": backend,
        "devices": devices,
        "threads": threads,
        "instruction_sets": _instruction_sets(),
    }


def measure_steerable(
    threads: int,
    gpus: int | str = 0,
    cell: Grid = CELL,
    coarse: Grid = COARSE,
    kernel: int = KERNEL,
    epochs: int = STEERABLE_EPOCHS,
) -> dict[str, Any]:
    """Measure an epoch of a steerable network, on a coarse grid, beside one of the 2018 network.

    Parameters
    ----------
    threads, gpus, cell, kernel, epochs
        As of measure_convolution.
    coarse : Grid
        Voxels of the steerable network's grid.

    Returns
    -------
    dict[str, Any]
        Medians of interleaved epochs on samples in memory, without the first one, which builds
        the graph: epoch_seconds of the steerable network, voxel_epoch_seconds of the 2018 one,
        and their ratio; samples, batch, grid, voxel_grid, backend and devices.

    Raises
    ------
    RuntimeError
        If a process fails.
    """
    common = {"threads": threads, "gpus": gpus, "samples": STEERABLE_SAMPLES, "batch": BATCH}
    with (
        _worker(common, task="steerable_epoch", cell=list(coarse)) as steerable,
        _worker(common, task="epoch", cell=list(cell), kernel=kernel) as voxel,
    ):
        backend, devices = steerable.run("devices").value
        runs = [("voxel", voxel, "epoch"), ("steerable", steerable, "epoch")]
        run_in_turn(runs, 1, "first epoch")
        measured = run_in_turn(runs, epochs, "epoch")
    seconds, voxel_seconds = (median_seconds(measured[name]) for name in ("steerable", "voxel"))
    return {
        "epoch_seconds": round(seconds, 4),
        "voxel_epoch_seconds": round(voxel_seconds, 4),
        "ratio": round(seconds / voxel_seconds, 4),
        "samples": STEERABLE_SAMPLES,
        "batch": BATCH,
        "grid": list(coarse),
        "voxel_grid": list(cell),
        "backend": backend,
        "devices": devices,
    }


def _epoch(common: Settings, kernel: int, epochs: int) -> dict[str, Any]:
    sizes = {"kernel": kernel, "samples": SAMPLES, "batch": BATCH}
    with _worker(common, task="epoch", **sizes) as worker:
        names = ("epoch", "fields epoch", "transforms")
        runs = [(name, worker, name) for name in names]
        run_in_turn(runs, 1, "first epoch")
        measured = run_in_turn(runs, epochs, "epoch")
    seconds, of_fields, floor_seconds = (median_seconds(measured[name]) for name in names)
    return {
        "samples": SAMPLES,
        "batch": BATCH,
        "seconds": round(seconds, 4),
        "fields_seconds": round(of_fields, 4),
        "fft_floor_seconds": round(floor_seconds, 4),
        "over_floor": round(seconds / floor_seconds, 3),
        "fields_over_floor": round(of_fields / floor_seconds, 3),
    }


def _memory(common: Settings, kernel: int) -> dict[str, Any]:
    """Compare peaks with those of steps on small cells, which hold all but the data."""
    tasks: list[Settings] = [
        {"task": "parted", "batch": BATCH, "micro_batch": MICRO_BATCH},
        {"task": "network", "network": "periodic", "batch": BATCH},
    ]
    small = {**common, "cell": list(SMALL_CELL), "kernel": SMALL_KERNEL}
    least = [peak_mb(*_steps(small, task)[0]) for task in tasks]
    parted, whole = _steps({**common, "kernel": kernel}, *tasks)
    taken, whole_taken = peak_mb(*parted) - least[0], peak_mb(*whole) - least[1]
    tiles = BATCH * _tiled_bytes(common["cell"], kernel) / MB
    return {
        "batch": BATCH,
        "micro_batch": MICRO_BATCH,
        "tiles_mb": round(tiles, 1),
        "taken_mb": round(taken, 1),
        "share": round(taken / tiles, 3),
        "whole_taken_mb": round(whole_taken, 1),
        "whole_share": round(whole_taken / tiles, 3),
        "times_as_long": round(median_seconds(parted) / median_seconds(whole), 3),
    }


def _steps(common: Settings, *tasks: Settings) -> list[list[Measurement]]:
    """Measure the steps of tasks in turn, each task in a process of its own."""
    with ExitStack() as stack:
        workers = [stack.enter_context(_worker(common, **task)) for task in tasks]
        runs = [(str(number), worker, "step") for number, worker in enumerate(workers)]
        return list(run_in_turn(runs, STEPS, "steps").values())


def _tiled_bytes(cell: Sequence[int], kernel: int) -> int:
    """Count the bytes of one sample's tiled input and of its convolution's output, in float32."""
    extent = [n * repeats for n, repeats in zip(cell, SUPERCELL, strict=True)]
    outputs = prod(n - kernel + 1 for n in extent)
    return FLOAT_BYTES * (prod(extent) * CHANNELS + outputs * FILTERS)


def _instruction_sets() -> list[str]:
    """List the processor's instruction sets by NumPy's names: X86_V3 is AVX2, X86_V4 AVX-512."""
    return np.show_config(mode="dicts")["SIMD Extensions"].get("found", [])


def _worker(common: Settings, **task: Any) -> Worker:
    return Worker(network_tasks.__name__, {**common, **task})
