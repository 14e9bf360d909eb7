"""What a fit leaves on disk: model, what it is a model of, history, metrics, predictions, filters,
architecture."""

import numpy as np

from spinlens.core.files import whole, write_json, write_table
from spinlens.filters import steerable, voxel
from spinlens.models import build
from spinlens.splits.folds import SUBSETS


def write_model(path, model):
    """The model as a `.keras` file."""
    with whole(path) as temporary:
        model.save(temporary)


def write_point(path, point, task, window, seen):
    """What model.keras does not say of itself, so that it can be applied to new calculations:
    hyperparameters; the target with its unit, edges and names of classes; the `window` in Å, or
    None; the steps of the network's grid in Å; and what seen.of_samples says of the training
    fold, the dataset's grid among it."""
    target = task.target
    about = {"label": target.label, "unit": target.unit, "kind": target.kind}
    about |= {"edges": list(target.edges), "classes": list(target.names)}
    place = {"window": window, "voxel_vectors": task.voxel_vectors.tolist()}
    write_json(path, {"hyperparameters": point, "target": about} | place | seen)


def write_predictions(path, calculations, target, folds, predictions):
    """A row per sample: calculation, side, the target's value and class, the class predicted and
    the probability of each, `probability_0` first; or calculation, side, value and prediction of
    a regression. `folds` and `predictions` come as (training, validation); classes and a
    regression's values are those of the folds, which may be permuted."""
    row_of = _number_row if target.kind == "regression" else _class_row
    values = dict(zip(target.samples.tolist(), target.values.tolist(), strict=True))
    rows = [
        {"calculation": calculations[sample], "subset": subset} | row_of(values[sample], *learned)
        for subset, fold, table in zip(SUBSETS, folds, predictions, strict=True)
        for sample, *learned in zip(fold.samples.tolist(), fold.truth, table, strict=True)
    ]
    write_table(path, rows)


def _class_row(value, truth, probabilities):
    found = {"value": value, "class": int(truth), "predicted_class": int(probabilities.argmax())}
    return found | {f"probability_{index}": float(p) for index, p in enumerate(probabilities)}


def _number_row(_, truth, prediction):
    return {"value": float(truth), "prediction": float(prediction)}


def write_filters(path, fit, channels, voxel_vectors):
    """The first convolution's kernels, before and after training, on their grid in Å."""
    kernel = build.first_kernel(fit.model)
    of_family = voxel if isinstance(kernel, np.ndarray) else steerable
    made = of_family.to_dataset(kernel, fit.initial_kernel, channels, voxel_vectors)
    with whole(path) as temporary:
        made.to_netcdf(temporary)


def _shape_of(output):
    """`30×30×40×3`; of features, what follows the batch for each kind, by degree."""
    if isinstance(output, list):
        return ", ".join(map(_shape_of, output))
    return "×".join(map(str, output.shape[1:]))


def write_architecture(path, model):
    """A row per layer: its name, kind, output shape without the batch, and parameters."""
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
