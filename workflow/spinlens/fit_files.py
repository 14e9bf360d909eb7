"""What a fit leaves on disk: model, history, metrics, predictions, filters, architecture."""

from spinlens import filters, models
from spinlens.files import whole, write_table

SIDES = ("training", "validation")


def write_model(path, model):
    """The model as a `.keras` file."""
    with whole(path) as temporary:
        model.save(temporary)


def write_predictions(path, calculations, target, sides, probabilities):
    """A row per sample: calculation, side, value and class of the target, predicted class and
    the probability of class 1. `sides` and `probabilities` come as (training, validation)."""
    rows = [
        {
            "calculation": calculations[target.samples[position]],
            "side": name,
            target.label: float(target.values[position]),
            "class": int(target.classes[position]),
            "predicted_class": int(row.argmax()),
            "probability": float(row[1]),
        }
        for name, positions, table in zip(SIDES, sides, probabilities, strict=True)
        for position, row in zip(positions, table, strict=True)
    ]
    write_table(path, rows)


def write_filters(path, fit, channels, voxel_vectors):
    """The first convolution's kernels, before and after training, on their grid in Å."""
    kernel = models.first_kernel(fit.model)
    with whole(path) as temporary:
        filters.to_dataset(kernel, fit.initial_kernel, channels, voxel_vectors).to_netcdf(temporary)


def write_architecture(path, model):
    """A row per layer: its name, kind, output shape without the batch, and parameters."""
    rows = [
        {
            "layer": layer.name,
            "kind": type(layer).__name__,
            "output_shape": "×".join(map(str, layer.output.shape[1:])),
            "parameters": layer.count_params(),
        }
        for layer in model.layers
    ]
    write_table(path, rows)
