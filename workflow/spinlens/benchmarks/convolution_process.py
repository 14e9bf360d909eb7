"""One side of the convolution benchmark, in a process of its own.

Called as `python -m spinlens.benchmarks.convolution_process SETTINGS` by a Worker. Settings:
`task` (a function of TASKS), `threads`, `gpus`, `cell`, and what the task takes.
"""

import json
import sys

from spinlens.benchmarks.workers import serve


def start(task, threads, gpus, **settings):
    """Functions of a task by name, once the devices are ready: beside the task's own,
    `devices`, which tells the backend and its devices."""
    prepare = TASKS[task]
    used = _devices(threads, gpus)

    import keras

    return prepare(**settings) | {"devices": lambda: [keras.backend.backend(), used]}


def nothing(cell):
    """No function beside `devices`."""
    return {}


def network(side, kernel, batch, cell):
    """`forward`, which returns probabilities, and `step`, which returns the loss, of a batch
    through one of the two networks; a step is Keras's own, with its optimizer, on a batch that
    is already where the backend wants it."""
    from keras import ops

    from spinlens.benchmarks import networks

    inputs, classes = networks.cells(batch, cell)
    model = getattr(networks, side)(kernel, cell)
    inputs = ops.convert_to_tensor(networks.tiles(inputs) if side == "direct" else inputs)
    classes = ops.convert_to_tensor(classes)
    return {
        "forward": lambda: model.predict_on_batch(inputs).tolist(),
        "step": lambda: float(model.train_on_batch(inputs, classes)[0]),
    }


def parted(kernel, batch, micro_batch, cell):
    """`step`, which returns the loss of the last part, of a batch that passes through the
    periodic network in parts. They are the same samples over and over: a part is read when its
    turn comes, so that a step never holds the others."""
    from keras import ops

    from spinlens.benchmarks import networks
    from spinlens.settings import sizes

    sized = {"batch_size": batch, "micro_batch": micro_batch}
    inputs, classes = map(ops.convert_to_tensor, networks.cells(micro_batch, cell))
    weights = ops.ones(micro_batch)
    model = networks.periodic(kernel, cell, **sized)

    def step():
        for _ in range(sizes.micro_batches(sized)):
            loss = model.train_on_batch(inputs, classes, weights)[0]
        return float(loss)

    return {"step": step}


def epoch(kernel, samples, batch, cell):
    """`epoch`, which returns the loss of one epoch of Keras's fit on shuffled batches of samples
    in memory, and `transforms`, which does an epoch's bare transforms."""
    from spinlens.benchmarks import networks, transforms
    from spinlens.training.batches import Batches

    inputs, classes = networks.cells(samples, cell)
    model = networks.periodic(kernel, cell)
    batches = Batches(inputs, range(samples), classes, batch, seed=0)
    return {
        "epoch": lambda: float(model.fit(batches, epochs=1, verbose=0).history["loss"][0]),
        "transforms": transforms.floor(cell, samples, batch),
    }


def steerable_epoch(samples, batch, cell):
    """`epoch`, as above, of a steerable network that sees a coarse grid of unlike cells."""
    from spinlens.benchmarks import networks
    from spinlens.training.batches import Batches

    inputs, classes = networks.crystals(samples, cell)
    model = networks.steerable(cell)
    batches = Batches(inputs, range(samples), classes, batch, seed=0)
    return {"epoch": lambda: float(model.fit(batches, epochs=1, verbose=0).history["loss"][0])}


TASKS = {task.__name__: task for task in (nothing, network, parted, epoch, steerable_epoch)}


def _devices(threads, gpus):
    """Make ready what `devices.prepare` does for TensorFlow; other backends as they come.
    Returns the names of the devices."""
    import keras

    if keras.backend.backend() == "tensorflow":
        from spinlens.core import devices

        return devices.prepare(threads, gpus)
    if keras.backend.backend() == "torch":
        import torch

        torch.set_num_threads(threads)
        return [torch.cuda.get_device_name() if torch.cuda.is_available() else "cpu"]
    return keras.distribution.list_devices()


if __name__ == "__main__":
    serve(lambda: start(**json.loads(sys.argv[1])))
