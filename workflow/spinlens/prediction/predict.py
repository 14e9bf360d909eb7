"""A trained model, or an ensemble of them, applied to new calculations.

The records of new calculations become a dataset on the grid and window of the training, read by
the very inputs.Inputs that training reads: what the network is given differs in nothing.
"""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import numpy as np

from spinlens.calculations import record
from spinlens.core.errors import SpinlensError
from spinlens.dataset import storage
from spinlens.dataset.network_inputs import Inputs
from spinlens.filters import attribution
from spinlens.models import load
from spinlens.prediction import outliers, training_range
from spinlens.training import data_parallel
from spinlens.training.batches import Batches

COLUMNS = {
    "classes": ["class", "name", "probability"],
    "regression": ["value", "name"],
}
EXCLUDED_COLUMNS = ["calculation", "reason", "source"]


class Predictions(NamedTuple):
    """Columns and rows (dicts) of the calculations predicted; rows of those excluded:
    calculation, reason, source; how many models agreed on them; and lines to be told."""

    columns: list
    rows: list
    excluded: list
    models: int
    told: list


def predict(records, folders, dataset_path, scratch):
    """Predictions of the models in some folders for record files.

    `dataset_path` is the dataset that they were trained on, `scratch` a folder for the dataset
    of the new calculations while it is needed. Raises SpinlensError where the models are no
    ensemble, do not fit their own point.json, or where the dataset is not the one trained on.
    """
    abouts = load.read_alike(folders)
    about = next(iter(abouts.values()))
    models, told = _models(abouts)
    headers = [(_header(file), file) for file in records]
    excluded = [header for header, _ in headers if "reason" in header]
    admitted = [(header, file) for header, file in headers if "reason" not in header]
    with TemporaryDirectory(dir=scratch) as folder:
        known = _known(abouts, dataset_path)
        rows = []
        if admitted:
            new = Path(folder) / "dataset.nc"
            storage.write(new, [file for _, file in admitted], about["grid"], about["window"])
            rows, refused = _predicted(
                new, [header for header, _ in admitted], models, known, about
            )
            excluded += refused
    columns = ["calculation", "source", *COLUMNS[about["target"]["kind"]], "spread", "outside"]
    return Predictions(columns, rows, excluded, len(models), told)


def combined(outputs, target):
    """What an ensemble says, a list of dicts, of outputs (models, samples, classes), or (models,
    samples, 1) of a regression; `target` is that of a point.json.

    The class is that of the largest mean probability; `probability`, or the `value` of a
    regression, is the mean over the models, `spread` their standard deviation, "" of one model.
    """
    mean = outputs.mean(axis=0, dtype=np.float64)
    chosen = mean.argmax(axis=1)
    each = outputs[:, np.arange(len(chosen)), chosen].astype(np.float64)
    alone = len(outputs) == 1
    spreads = [""] * len(chosen) if alone else each.std(axis=0, ddof=1).tolist()
    answers = zip(chosen.tolist(), each.mean(axis=0).tolist(), spreads, strict=True)
    if target["kind"] == "regression":
        name = target["label"] + ("" if target["unit"] == "1" else f" ({target['unit']})")
        return [{"value": mean, "name": name, "spread": spread} for _, mean, spread in answers]
    names = target["classes"]
    return [
        {"class": number, "name": names[number], "probability": mean, "spread": spread}
        for number, mean, spread in answers
    ]


def _models(abouts):
    """The models whose weights are finite, by folder, and what is told of the others."""
    models = {folder: attribution.load(folder / "model.keras") for folder in abouts}
    finite = {
        folder: model
        for folder, model in models.items()
        if all(np.isfinite(weights).all() for weights in model.get_weights())
    }
    diverged = [folder for folder in models if folder not in finite]
    if not finite:
        raise SpinlensError(f"{diverged[0]} diverged in its training: take another model")
    return finite, [f"{folder} diverged in its training, it is left out" for folder in diverged]


def _known(abouts, dataset_path):
    """What the models were trained on, all together, after a check that this is that dataset."""
    about = next(iter(abouts.values()))
    used = set()
    with storage.open_dataset(dataset_path) as opened:
        place = {name: index for index, name in enumerate(opened["sample"].values.tolist())}
        grid = [opened.sizes[axis] for axis in "abc"]
        for folder, own in abouts.items():
            if grid != own["grid"]:
                raise SpinlensError(
                    f"{dataset_path} is on the grid {_spelled(grid)}, {folder} was trained on "
                    f"{_spelled(own['grid'])}: train it again"
                )
            samples = [place.get(name) for name in load.trained_on(folder)]
            if None in samples or not _alike(training_range.of_samples(opened, samples), own):
                raise SpinlensError(
                    f"{dataset_path} is no longer what {folder} was trained on: train it again"
                )
            used |= set(samples)
        with Inputs(dataset_path, about["hyperparameters"]) as inputs:
            return outliers.known(opened, inputs, sorted(used))


def _alike(found, own):
    pairs = [(found["lattice"][name], own["lattice"][name]) for name in training_range.PARAMETERS]
    return found["elements"] == own["elements"] and np.allclose(*zip(*pairs, strict=True))


def _predicted(path, headers, models, known, about):
    """Rows of the samples of a new dataset, and those refused, which cannot be normalised."""
    point, refused, samples = about["hyperparameters"], [], []
    with Inputs(path, point) as inputs, storage.open_dataset(path) as opened:
        _check_shapes(models, inputs.shape, about["target"])
        for sample, header in enumerate(headers):
            try:
                inputs[sample]
                samples.append(sample)
            except ValueError as fault:
                refused.append(header | {"reason": str(fault)})
        if not samples:
            return [], refused
        batches = Batches(inputs, samples, np.zeros(len(samples)), point["batch_size"])
        outputs = np.stack([data_parallel.predict(model, batches, ()) for model in models.values()])
        outside = outliers.told(known, opened, inputs, samples)
    answers = zip(samples, combined(outputs, about["target"]), outside, strict=True)
    return [headers[at] | answer | {"outside": flag} for at, answer, flag in answers], refused


def _check_shapes(models, shape, target):
    outputs = len(target["classes"]) if target["kind"] == "classes" else 1
    for folder, model in models.items():
        for what, own, expected in (
            ("takes inputs", model.inputs[0].shape[1:], shape),
            ("gives outputs", model.output_shape[1:], (outputs,)),
        ):
            if tuple(own) != tuple(expected):
                raise SpinlensError(
                    f"{folder}/model.keras {what} of {_spelled(own)}, its point.json says "
                    f"{_spelled(expected)} (grid × channels, or classes): train it again"
                )


def _spelled(shape):
    return "×".join(map(str, shape))


def _header(file):
    said = record.read_header(file).attributes
    row = {"calculation": said["id"], "source": said["source"]}
    return row | ({"reason": said["excluded"]} if "excluded" in said else {})
