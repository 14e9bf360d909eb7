"""Passes, steps and epochs of networks, measured in a process of their own.

Called as `python -m spinlens.benchmarks.network_tasks SETTINGS` by a Worker. Settings: `task` (a
name in TASKS), `threads`, `gpus`, `cell` (voxels along a, b, c), and arguments of the task.
"""

import json
import sys
from collections.abc import Callable
from functools import cache
from typing import Any

from spinlens.benchmarks.synthetic import FILTERS, noise, tiles
from spinlens.benchmarks.workers import serve

Functions = dict[str, Callable[[], Any]]


def _start(task: str, threads: int, gpus: int | str, **settings: Any) -> Functions:
    """Prepare the devices and a task; serve its functions and `devices`, backend and devices."""
    prepare = TASKS[task]
    used = _devices(threads, gpus)

    import keras

    return prepare(**settings) | {"devices": lambda: [keras.backend.backend(), used]}


def _nothing(cell: list[int]) -> Functions:
    """Serve no function beside `devices`."""
    return {}


def _network(network: str, kernel: int, batch: int, cell: list[int]) -> Functions:
    """Serve `forward` (probabilities) and `step` (loss) of one batch, and the transforms of each.

    A step is Keras's own, with its optimizer, on a batch that is already on the device. The
    transforms are prepared when first asked for.
    """
    from keras import ops

    from spinlens.benchmarks import networks

    fields, classes = noise(batch, cell)
    model = getattr(networks, network)(kernel, cell)
    fields = ops.convert_to_tensor(tiles(fields) if network == "direct" else fields)
    classes = ops.convert_to_tensor(classes)
    return {
        "forward": lambda: model.predict_on_batch(fields).tolist(),
        "step": lambda: float(model.train_on_batch(fields, classes)[0]),
        "forward transforms": _when_asked(lambda: _bare_transforms(cell, batch, batch, "forward")),
        "step transforms": _when_asked(lambda: _bare_transforms(cell, batch, batch)),
    }


def _parted(kernel: int, batch: int, micro_batch: int, cell: list[int]) -> Functions:
    """Serve `step` (loss of the last part) of a batch that passes the periodic network in parts.

    Every part holds the same samples: a part is read when its turn comes, so that a step never
    holds the others.
    """
    from keras import ops

    from spinlens.benchmarks import networks
    from spinlens.settings import sizes

    batches = {"batch_size": batch, "micro_batch": micro_batch}
    fields, classes = map(ops.convert_to_tensor, noise(micro_batch, cell))
    weights = ops.ones(micro_batch)
    model = networks.periodic(kernel, cell, **batches)

    def step() -> float:
        for _ in range(sizes.micro_batches(batches)):
            loss = model.train_on_batch(fields, classes, weights)[0]
        return float(loss)

    return {"step": step}


def _epoch(kernel: int, samples: int, batch: int, cell: list[int]) -> Functions:
    """Serve `epoch` (loss) of Keras's fit as a training runs it, on spectra that are kept.

    `fields epoch` is that of a training which keeps none, `transforms` the bare transforms of it.
    """
    from spinlens.benchmarks import networks

    fields, classes = noise(samples, cell)
    model = networks.periodic(kernel, cell)
    given, trained = fields, model
    if parts := networks.parts(model, kernel):
        given, trained = parts[0].predict(fields, batch_size=batch, verbose=0), parts[1]
    return {
        "epoch": _fit(trained, given, classes, batch),
        "fields epoch": _fit(model, fields, classes, batch),
        "transforms": _bare_transforms(cell, samples, batch),
    }


def _steerable_epoch(samples: int, batch: int, cell: list[int]) -> Functions:
    """Serve `epoch` (loss) of a steerable network on a coarse grid of different cells."""
    from spinlens.benchmarks import networks

    return {"epoch": _fit(networks.steerable(cell), *networks.crystals(samples, cell), batch)}


TASKS: dict[str, Callable[..., Functions]] = {
    "nothing": _nothing,
    "network": _network,
    "parted": _parted,
    "epoch": _epoch,
    "steerable_epoch": _steerable_epoch,
}


def _fit(model: Any, inputs: Any, classes: Any, batch: int) -> Callable[[], float]:
    from spinlens.training.batches import Batches

    batches = Batches(inputs, range(len(classes)), classes, batch, seed=0)
    return lambda: float(model.fit(batches, epochs=1, verbose=0).history["loss"][0])


def _when_asked(prepare: Callable[[], Callable[[], None]]) -> Callable[[], None]:
    prepared = cache(prepare)
    return lambda: prepared()()


def _bare_transforms(
    cell: list[int], samples: int, batch: int, part: str = "step", channels: int = 2
) -> Callable[[], None]:
    """Run the real transforms of one epoch, without what lies between them.

    Per sample: the channels' inputs forward, the filters' outputs back, their gradients forward;
    per step: each filter's kernel forward, channel by channel, and its gradient back. Of a part
    `forward` no gradients. As in the layer, one sample at a time, or the whole batch on an
    accelerator.
    """
    from spinlens.layers.fourier.transforms import has_accelerator, irfft3, rfft3

    at_once = batch if has_accelerator() else 1
    fields = {}
    for count in {1, at_once}:
        outputs = _field((count, FILTERS), cell)
        fields[count] = _field((count, channels), cell), rfft3(outputs), outputs
    kernel = _field((FILTERS, channels), cell)
    kernel_gradient = rfft3(kernel)

    def epoch() -> None:
        for start in range(0, samples, batch):
            left = min(batch, samples - start)
            sizes = [at_once] * (left // at_once) + [1] * (left % at_once)
            _finish(rfft3(kernel))
            for size in sizes:
                inputs, outputs, gradients = fields[size]
                _finish(rfft3(inputs), irfft3(outputs, cell))
                if part == "step":
                    _finish(rfft3(gradients))
            if part == "step":
                _finish(irfft3(kernel_gradient, cell))

    return epoch


def _field(leading: tuple[int, ...], cell: list[int]) -> Any:
    import keras
    import numpy as np

    noise = np.random.default_rng(0).standard_normal((*leading, *cell), dtype=np.float32)
    return keras.ops.convert_to_tensor(noise)


def _finish(*results: Any) -> None:
    """Wait for results that a backend may still be computing."""
    import keras

    for result in results:
        keras.ops.convert_to_numpy(result[0, 0, 0, 0, 0])


def _devices(threads: int, gpus: int | str) -> list[str]:
    """Prepare TensorFlow's devices as training does; other backends use what they find."""
    import keras

    if keras.backend.backend() == "tensorflow":
        from spinlens.core import devices

        return devices.prepare(threads, gpus)
    return keras.distribution.list_devices()


if __name__ == "__main__":
    serve(lambda: _start(**json.loads(sys.argv[1])))
