"""Passes of the 2018 network: the periodic convolution beside others on tiles of the cell."""

from collections.abc import Mapping
from contextlib import ExitStack
from typing import Any, NamedTuple

import numpy as np

from spinlens.benchmarks import network_tasks, pytorch_tasks
from spinlens.benchmarks.workers import (
    Measurement,
    Worker,
    median_seconds,
    peak_mb,
    run_in_turn,
)

PERIODIC, TRANSFORMS = "periodic", "transforms"
# A first run that takes longer is the only one, but of the strongest rival; one that takes longer
# than the limit is stopped.
SLOW_SECONDS, LIMIT_SECONDS = 5.0, 60.0
# A turn fills this time with calls, as a training or a prediction runs them: the first after a
# pause finds other processes' data in the caches, which costs a call of 10 ms half its time.
TURN_SECONDS = 0.5
SAME = 1e-3
STRONGEST = "fft-conv-pytorch"


class Case(NamedTuple):
    """A pass of the 2018 network.

    Attributes
    ----------
    name, part : str
        Name of the case; `forward`, or `step` for a training step.
    kernel, batch : int
        Voxels of the kernel along each axis; samples of the batch.
    rounds : int
        Turns of each network.
    """

    name: str
    kernel: int
    batch: int
    part: str
    rounds: int = 9


CASES = (
    Case("kernel 5, step", 5, 4, "step", rounds=7),
    Case("kernel 20, step", 20, 1, "step"),
    Case("kernel 40, forward", 40, 1, "forward"),
)


class Rival(NamedTuple):
    """Another way to the same result, on tiles of the cell.

    Attributes
    ----------
    name : str
        Name in results.
    module : str
        Module of its worker.
    settings : Mapping[str, str]
        Settings of the worker.
    """

    name: str
    module: str
    settings: Mapping[str, str]


RIVALS = (
    Rival(STRONGEST, pytorch_tasks.__name__, {"network": "fft"}),
    Rival("PyTorch's conv3d", pytorch_tasks.__name__, {"network": "direct"}),
    Rival("Keras's Conv3D", network_tasks.__name__, {"task": "network", "network": "direct"}),
)


def measure_case(common: Mapping[str, Any], case: Case, on_gpu: bool = False) -> dict[str, Any]:
    """Measure the periodic network beside its bare transforms and beside each rival.

    Parameters
    ----------
    common : Mapping[str, Any]
        Threads, gpus and cell, as the workers take them.
    case : Case
        The pass.
    on_gpu : bool
        Whether Keras uses a GPU, as the rivals in PyTorch must do then.

    Returns
    -------
    dict[str, Any]
        The case; periodic_seconds, periodic_peak_mb, transforms_seconds and over_transforms, the
        first over the third; `rivals`, each with name, runs, seconds, ratio (its time over the
        periodic network's) and peak_mb. A direct one that takes longer than SLOW_SECONDS has one
        run, its first; one that was `stopped` after LIMIT_SECONDS took at least these; one that
        could not be measured has `missing`, the reason, instead. Medians of turns, each the mean
        of calls one after another for TURN_SECONDS, or of one call that takes longer, in s; MB
        are 10⁶ bytes, imports included.

    Raises
    ------
    RuntimeError
        If a process fails or a result differs from the periodic network's.
    """
    sizes = {**common, "kernel": case.kernel, "batch": case.batch}
    own = {"task": "network", "network": "periodic"}
    with ExitStack() as stack:
        periodic = stack.enter_context(Worker(network_tasks.__name__, sizes | own))
        expected, warm = (periodic.run(case.part) for _ in range(2))
        transforms = f"{case.part} {TRANSFORMS}"
        periodic.run(transforms)
        runs = [(PERIODIC, periodic, case.part), (TRANSFORMS, periodic, transforms)]
        found: dict[str, dict[str, Any]] = {}
        for rival in RIVALS:
            worker, found[rival.name] = _first_run(
                stack, rival, sizes | _gpus(rival, on_gpu), case, expected
            )
            if worker:
                runs.append((rival.name, worker, case.part))
        measured = run_in_turn(runs, case.rounds, case.name, TURN_SECONDS)
    seconds, floor_seconds = (median_seconds(measured[key]) for key in (PERIODIC, TRANSFORMS))
    return {
        "name": case.name,
        "kernel": case.kernel,
        "stride": 1,
        "batch": case.batch,
        "pass": case.part,
        "periodic_seconds": round(seconds, 5),
        "periodic_peak_mb": peak_mb(warm),
        "transforms_seconds": round(floor_seconds, 5),
        "over_transforms": round(seconds / floor_seconds, 3),
        "rivals": [
            {"name": name} | _compared(first, measured.get(name, []), seconds)
            for name, first in found.items()
        ],
    }


def _gpus(rival: Rival, on_gpu: bool) -> dict[str, int]:
    """Tell PyTorch which device Keras found; Keras finds the same one again."""
    return {"gpus": int(on_gpu)} if rival.module == pytorch_tasks.__name__ else {}


def _first_run(
    stack: ExitStack, rival: Rival, sizes: Mapping[str, Any], case: Case, expected: Measurement
) -> tuple[Worker | None, dict[str, Any]]:
    """Check a rival's result; its worker where it is to be run in turn, else its only outcome."""
    if rival.module == pytorch_tasks.__name__:
        reason = pytorch_tasks.missing(rival.settings["network"], sizes["gpus"])
        if reason:
            print(f"{case.name}: {rival.name} is not measured: {reason}")
            return None, {"missing": reason}
    worker = stack.enter_context(Worker(rival.module, {**sizes, **rival.settings}))
    try:
        first = worker.run(case.part, LIMIT_SECONDS)
    except TimeoutError:
        print(f"{case.name}: {rival.name} stopped after {LIMIT_SECONDS:g} s")
        return None, {"runs": 1, "seconds": LIMIT_SECONDS, "stopped": True}
    print(f"{case.name}: first run of {rival.name} {first.seconds:.4f} s")
    _require_same(f"{case.name}: {rival.name}", first.value, expected.value)
    if first.seconds > SLOW_SECONDS and rival.name != STRONGEST:
        worker.end()
        return None, {"runs": 1, "seconds": first.seconds, "peak_mb": peak_mb(first)}
    return worker, {}


def _compared(
    first: dict[str, Any], measured: list[Measurement], periodic_seconds: float
) -> dict[str, Any]:
    if "missing" in first:
        return first
    if measured:
        first = {
            "runs": len(measured),
            "seconds": median_seconds(measured),
            "peak_mb": peak_mb(*measured),
        }
    ratio = round(first["seconds"] / periodic_seconds, 3)
    return first | {"seconds": round(first["seconds"], 5), "ratio": ratio}


def _require_same(name: str, found: Any, expected: Any) -> None:
    if not np.allclose(found, expected, rtol=SAME, atol=SAME):
        raise RuntimeError(f"{name} gives {found}, the periodic network {expected}")
