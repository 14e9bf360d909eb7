"""Train one network and write every file of it: model, predictions, filters, metrics."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from spinlens.core.files import write_json, write_table
from spinlens.core.process import peak_bytes
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import open_dataset, ranges
from spinlens.filters import kernels
from spinlens.models import build
from spinlens.training import outputs
from spinlens.training.fit import fit
from spinlens.training.task import Task


def train_and_write(
    folder: Path | str,
    inputs: Inputs,
    dataset_path: Path | str,
    point: Mapping[str, Any],
    task: Task,
    window: float | None,
    devices: Sequence[str] = (),
) -> None:
    """Train a point on a task; write its files to a folder.

    Parameters
    ----------
    folder : Path or str
        Folder of model.keras, point.json, history.csv, metrics.json, predictions.csv, filters.nc,
        architecture.tsv and usage.json.
    inputs : Inputs
        Fields of the dataset's samples, as the point takes them; networks that differ in their seed
        share them.
    dataset_path : Path or str
        `dataset.nc`.
    point : Mapping
        Hyperparameters.
    task : Task
        Target and folds.
    window : float or None
        The config's window in Å.
    devices : sequence of str
        Devices that share each batch, if there are several.

    Raises
    ------
    SpinlensError
        If the samples' cells, the grid or the devices do not allow what the point asks for.
    """
    folder = Path(folder)
    made = fit(point, inputs, *task.folds, task.target.class_count, devices)
    with open_dataset(dataset_path) as dataset:
        trained_on = ranges(dataset, task.folds[0].samples)
    outputs.write_model(folder / "model.keras", made.model)
    outputs.write_point(folder / "point.json", dict(point), task, window, trained_on)
    outputs.write_predictions(
        folder / "predictions.csv", task.calculations, task.target, task.folds, made.predictions
    )
    kernels.write(
        folder / "filters.nc",
        build.first_kernel(made.model),
        made.initial_kernel,
        point["channels"],
        task.voxel_vectors,
    )
    outputs.write_architecture(folder / "architecture.tsv", made.model)
    write_table(folder / "history.csv", made.history)
    write_json(folder / "metrics.json", made.metrics)
    write_json(folder / "usage.json", {"peak_memory_mb": round(peak_bytes() / 2**20, 1)})
