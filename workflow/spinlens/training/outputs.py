"""Files of a fit: the model, its point, its predictions and its architecture."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras
from numpy.typing import NDArray

from spinlens.core.files import whole, write_json, write_table
from spinlens.dataset.targets import Target
from spinlens.splits.folds import SUBSETS
from spinlens.training.task import Fold, Task


def write_model(path: Path | str, model: keras.Model) -> None:
    """Write a model as a `.keras` file.

    Parameters
    ----------
    path : Path or str
        File to write.
    model : keras.Model
        Trained model.
    """
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
        in Å.
    window : float or None
        Height of the window along c in Å.
    training_range : dict
        What `prediction.training_range.of_samples` gives of the training fold, the dataset's grid
        among it.
    """
    target = task.target
    about: dict[str, Any] = {"label": target.label, "unit": target.unit, "kind": target.kind}
    about |= {"edges": list(target.edges), "classes": list(target.names)}
    place = {"window": window, "voxel_vectors": task.voxel_vectors.tolist()}
    write_json(path, {"hyperparameters": point, "target": about} | place | training_range)


def write_predictions(
    path: Path | str,
    calculations: Sequence[str] | NDArray[Any],
    target: Target,
    folds: Sequence[Fold],
    predictions: Sequence[NDArray[Any]],
) -> None:
    """Write `predictions.csv`, a row per sample.

    Columns: calculation, subset, value and class of the target, the class predicted and the
    probability of each, `probability_0` first; or calculation, subset, value and prediction of a
    regression.

    Parameters
    ----------
    path : Path or str
        File to write.
    calculations : sequence of str, shape (samples of the dataset,)
        Their ids.
    target : Target
        Target of the fit.
    folds : sequence of Fold
        Training and validation; their truth may be permuted labels, and is what is written.
    predictions : sequence of NDArray, shape (samples, classes) or (samples,)
        Probabilities or values, of either fold.
    """
    row_of = _number_row if target.kind == "regression" else _class_row
    values = dict(zip(target.samples.tolist(), target.values.tolist(), strict=True))
    rows = [
        {"calculation": calculations[sample], "subset": subset} | row_of(values[sample], *learned)
        for subset, fold, table in zip(SUBSETS, folds, predictions, strict=True)
        for sample, *learned in zip(fold.samples.tolist(), fold.truth, table, strict=True)
    ]
    write_table(path, rows)


def _class_row(value: Any, truth: Any, probabilities: NDArray[Any]) -> dict[str, Any]:
    found = {"value": value, "class": int(truth), "predicted_class": int(probabilities.argmax())}
    return found | {f"probability_{index}": float(p) for index, p in enumerate(probabilities)}


def _number_row(_: Any, truth: Any, prediction: Any) -> dict[str, Any]:
    return {"value": float(truth), "prediction": float(prediction)}


def write_architecture(path: Path | str, model: keras.Model) -> None:
    """Write `architecture.tsv`: name, kind, output shape and parameters of each layer.

    Parameters
    ----------
    path : Path or str
        File to write.
    model : keras.Model
        Its shapes are written without the batch.
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


def _shape_of(output: Any) -> str:
    """`30×30×40×3`; of steerable features one such shape for each irrep."""
    if isinstance(output, list):
        return ", ".join(map(_shape_of, output))
    return "×".join(map(str, output.shape[1:]))
