"""Train one network and write every file of it: model, predictions, filters, metrics.

It stands in `filters`, which come after `training`, because the filters are among the files.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from spinlens.core.files import whole, write_json, write_table
from spinlens.core.process import peak_bytes
from spinlens.dataset.joint_targets import JointTarget, by_name
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import open_dataset, ranges
from spinlens.dataset.targets import Target
from spinlens.filters import kernels
from spinlens.models import build
from spinlens.models.reuse import Networks
from spinlens.splits.folds import SUBSETS
from spinlens.training.checkpoints import Checkpoints
from spinlens.training.fit import fit
from spinlens.training.task import Fold, Task


def train_and_write(
    folder: Path | str,
    inputs: Inputs,
    dataset_path: Path | str,
    point: Mapping[str, Any],
    task: Task,
    window: float | None,
    devices: Sequence[str] = (),
    checkpoints: Checkpoints | None = None,
    curves: Path | None = None,
    networks: Networks | None = None,
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
    checkpoints : Checkpoints or None
        Where the training is kept: one that was interrupted goes on from there.
    curves : Path or None
        Folder of the learning curves for TensorBoard; None for none.
    networks : Networks or None
        As `training.fit.fit` takes them.

    Raises
    ------
    SpinlensError
        If the samples' cells, the grid or the devices do not allow what the point asks for.
    """
    folder = Path(folder)
    classes = task.target.class_count
    made = fit(
        point,
        inputs,
        *task.folds,
        classes,
        devices,
        checkpoints=checkpoints,
        groups=task.groups,
        curves=curves,
        networks=networks,
    )
    with open_dataset(dataset_path) as dataset:
        trained_on = ranges(dataset, task.folds[0].samples)
    write_model(folder / "model.keras", made.model)
    write_point(folder / "point.json", dict(point), task, window, trained_on)
    write_predictions(
        folder / "predictions.csv", task.calculations, task.target, task.folds, made.predictions
    )
    kernels.write(
        folder / "filters.nc",
        build.first_kernel(made.model),
        made.initial_kernel,
        point["channels"],
        task.voxel_vectors,
    )
    write_architecture(folder / "architecture.tsv", made.model)
    write_table(folder / "history.csv", made.history)
    write_json(folder / "metrics.json", made.metrics)
    write_json(folder / "usage.json", {"peak_memory_mb": round(peak_bytes() / 2**20, 1)})


def write_model(path: Path | str, model: keras.Model) -> None:
    """Write a trained model as a `.keras` file."""
    with whole(path) as temporary:
        model.save(temporary)


def write_point(
    path: Path | str,
    point: dict[str, Any],
    task: Task,
    window: float | None,
    training_range: dict[str, Any],
) -> None:
    """Write `point.json`: what model.keras does not say, so that it applies to new calculations.

    Parameters
    ----------
    path : Path or str
        File to write.
    point : dict
        Hyperparameters.
    task : Task
        Its target is written with unit, edges and names of classes, and the steps of its grid
        in Å; of several targets the first one, and all by name as `targets`.
    window : float or None
        Height of the window along c in Å.
    training_range : dict
        What `dataset.read.ranges` gives of the training fold, the dataset's grid among it.
    """
    abouts = {name: _about(each) for name, each in by_name(task.target).items()}
    targets: dict[str, Any] = {"target": next(iter(abouts.values()))}
    if isinstance(task.target, JointTarget):
        targets["targets"] = abouts
    place = {"window": window, "voxel_vectors": task.voxel_vectors.tolist()}
    write_json(path, {"hyperparameters": point} | targets | place | training_range)


def write_predictions(
    path: Path | str,
    calculations: Sequence[str] | NDArray[Any],
    target: Target | JointTarget,
    folds: Sequence[Fold],
    predictions: Sequence[Any],
) -> None:
    """Write `predictions.csv`, a row per sample.

    Columns: calculation, subset, value and class of the target, the class predicted and the
    probability of each, `probability_0` first; or calculation, subset, value and prediction of a
    regression. Of several targets a row per sample and target, with the column target; samples
    without its label have none.

    Parameters
    ----------
    path : Path or str
        File to write.
    calculations : sequence of str, shape (samples of the dataset,)
        Their ids.
    target : Target or JointTarget
        Target of the fit.
    folds : sequence of Fold
        Training and validation; their truth may be permuted labels, and is what is written.
    predictions : sequence of NDArray, shape (samples, classes) or (samples,)
        Probabilities or values, of either fold; of several targets a list of these.
    """
    if not isinstance(target, JointTarget):
        write_table(path, _prediction_rows(calculations, target, folds, predictions))
        return
    rows: list[dict[str, Any]] = []
    for index, (name, each) in enumerate(target.targets.items()):
        known = [np.isfinite(fold.truth[:, index]) for fold in folds]
        own = [Fold(f.samples[k], f.truth[k, index]) for f, k in zip(folds, known, strict=True)]
        tables = [table[index][k] for table, k in zip(predictions, known, strict=True)]
        rows += [
            {"calculation": row["calculation"], "subset": row["subset"], "target": name} | row
            for row in _prediction_rows(calculations, each, own, tables)
        ]
    write_table(path, rows, dict.fromkeys(column for row in rows for column in row))


def write_architecture(path: Path | str, model: keras.Model) -> None:
    """Write `architecture.tsv`: name, kind, output shape and parameters of each layer.

    Shapes are written without the batch.
    """
    rows = [
        {
            "layer": layer.name,
            "kind": type(layer).__name__,
            "output_shape": _shape_of(layer.output),
            "parameters": layer.count_params(),
        }
        for layer in model.layers
    ]
    write_table(path, rows)


def _about(target: Target) -> dict[str, Any]:
    about: dict[str, Any] = {"label": target.label, "unit": target.unit, "kind": target.kind}
    return about | {"edges": list(target.edges), "classes": list(target.names)}


def _prediction_rows(
    calculations: Sequence[str] | NDArray[Any],
    target: Target,
    folds: Sequence[Fold],
    predictions: Sequence[NDArray[Any]],
) -> list[dict[str, Any]]:
    row_of = _number_row if target.kind == "regression" else _class_row
    values = dict(zip(target.samples.tolist(), target.values.tolist(), strict=True))
    return [
        {"calculation": calculations[sample], "subset": subset} | row_of(values[sample], *learned)
        for subset, fold, table in zip(SUBSETS, folds, predictions, strict=True)
        for sample, *learned in zip(fold.samples.tolist(), fold.truth, table, strict=True)
    ]


def _class_row(value: Any, truth: Any, probabilities: NDArray[Any]) -> dict[str, Any]:
    found = {"value": value, "class": int(truth), "predicted_class": int(probabilities.argmax())}
    return found | {f"probability_{index}": float(p) for index, p in enumerate(probabilities)}


def _number_row(_: Any, truth: Any, prediction: Any) -> dict[str, Any]:
    return {"value": float(truth), "prediction": float(prediction)}


def _shape_of(output: Any) -> str:
    """`30×30×40×3`; of steerable features one such shape for each irrep."""
    if isinstance(output, list):
        return ", ".join(map(_shape_of, output))
    return "×".join(map(str, output.shape[1:]))
