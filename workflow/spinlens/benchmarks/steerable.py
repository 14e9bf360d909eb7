"""What a steerable network costs beside the 2018 one: an epoch of as many samples as the bundled
set trains on, on the grid that each of them sees."""

from statistics import median

from spinlens.benchmarks import convolution_process
from spinlens.benchmarks.workers import Worker

CELL, COARSE = (60, 60, 120), (11, 11, 27)
KERNEL, SAMPLES, BATCH, EPOCHS = 40, 45, 20, 5


def measure(threads, gpus=0, cell=CELL, coarse=COARSE, kernel=KERNEL, epochs=EPOCHS, report=print):
    """Medians of interleaved epochs in a process for each network, as a dict: `epoch_seconds` of
    the steerable network, `voxel_epoch_seconds` of the 2018 one, `ratio`, the first over the
    second, `samples`, `batch`, `grid` and `voxel_grid`, backend and devices. Samples are in
    memory; the first epoch of each, which builds the graph, does not count. Raises RuntimeError
    where a process fails."""
    common = {"threads": threads, "gpus": gpus, "samples": SAMPLES, "batch": BATCH}
    seconds = {"steerable": [], "voxel": []}
    with (
        _worker(common, task="steerable_epoch", cell=list(coarse)) as steerable,
        _worker(common, task="epoch", cell=list(cell), kernel=kernel) as voxel,
    ):
        backend, devices = steerable.measure("devices").value
        for worker in (steerable, voxel):
            worker.measure("epoch")
        for _ in range(epochs):
            seconds["voxel"].append(voxel.measure("epoch").seconds)
            seconds["steerable"].append(steerable.measure("epoch").seconds)
            report(f"epoch: steerable {seconds['steerable'][-1]:.3f} s, "
                   f"voxel {seconds['voxel'][-1]:.3f} s")  # fmt: skip
    own, other = median(seconds["steerable"]), median(seconds["voxel"])
    return {
        "epoch_seconds": round(own, 4),
        "voxel_epoch_seconds": round(other, 4),
        "ratio": round(own / other, 4),
        "samples": SAMPLES,
        "batch": BATCH,
        "grid": list(coarse),
        "voxel_grid": list(cell),
        "backend": backend,
        "devices": devices,
    }


def _worker(common, **task):
    return Worker(convolution_process.__name__, common | task)
