"""Apply a trained model, or an ensemble of them, to new calculations.

The records of new calculations become a dataset on the grid and window of the training, read by
the same Inputs class as in training: the network receives them in the same form.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from spinlens.calculations import record
from spinlens.core.errors import SpinlensError
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import LATTICE_PARAMETERS, open_dataset, ranges
from spinlens.dataset.write import write_dataset
from spinlens.models import load
from spinlens.prediction import ensemble
from spinlens.prediction.training_range import TrainingRange, outside, training_range
from spinlens.training import data_parallel
from spinlens.training.batches import Batches

EXCLUDED_COLUMNS = ["calculation", "reason", "source"]

Row = dict[str, Any]
Model = Any  # keras.Model


class Predictions(NamedTuple):
    """Tables of predicted and excluded calculations.

    Parameters
    ----------
    columns
        Columns of `rows`.
    rows
        One row per predicted calculation.
    excluded
        One row per excluded calculation, with EXCLUDED_COLUMNS.
    models
        Number of models in the ensemble.
    messages
        Lines about models that are left out.
    """

    columns: list[str]
    rows: list[Row]
    excluded: list[Row]
    models: int
    messages: list[str]


def predict(
    records: Sequence[Path | str],
    folders: Sequence[Path],
    dataset_path: Path | str,
    scratch: Path | str,
) -> Predictions:
    """Predict the target of new calculations.

    Parameters
    ----------
    records
        Record files of the calculations.
    folders
        Folders of the models.
    dataset_path
        Dataset that the models were trained on.
    scratch
        Folder for the dataset of the new calculations while it is needed.

    Returns
    -------
    Predictions
        Tables and messages.

    Raises
    ------
    SpinlensError
        If the models are not an ensemble, do not fit their own point.json, or were not trained on
        this dataset.
    """
    abouts = load.read_alike(folders)
    about = next(iter(abouts.values()))
    models, messages = _models(abouts)
    headers = [(_header(file), file) for file in records]
    excluded = [header for header, _ in headers if "reason" in header]
    admitted = [(header, file) for header, file in headers if "reason" not in header]
    with TemporaryDirectory(dir=scratch) as folder:
        known = _training_range(abouts, dataset_path)
        rows: list[Row] = []
        if admitted:
            new = Path(folder) / "dataset.nc"
            write_dataset(new, [file for _, file in admitted], about["grid"], about["window"])
            rows, refused = _predicted(
                new, [header for header, _ in admitted], models, known, about
            )
            excluded += refused
    columns = ["calculation", "source", *ensemble.columns(about), "outside"]
    return Predictions(columns, rows, excluded, len(models), messages)


def _models(abouts: Mapping[Path, Any]) -> tuple[dict[Path, Model], list[str]]:
    """Load the models whose weights are finite, by folder; with messages about the others."""
    models = {folder: load.load_model(folder / "model.keras") for folder in abouts}
    finite = {
        folder: model
        for folder, model in models.items()
        if all(np.isfinite(weights).all() for weights in model.get_weights())
    }
    diverged = [folder for folder in models if folder not in finite]
    if not finite:
        raise SpinlensError(f"{diverged[0]} diverged in its training: take another model")
    return finite, [f"{folder} diverged in its training, it is left out" for folder in diverged]


def _training_range(abouts: Mapping[Path, Any], dataset_path: Path | str) -> TrainingRange:
    """Find the range that all models were trained on; check that it is of this dataset."""
    about = next(iter(abouts.values()))
    used: set[int] = set()
    with open_dataset(dataset_path) as opened:
        indices = {name: index for index, name in enumerate(opened["sample"].values.tolist())}
        grid = [opened.sizes[axis] for axis in "abc"]
        for folder, own in abouts.items():
            if grid != own["grid"]:
                raise SpinlensError(
                    f"{dataset_path} is on the grid {_spelled(grid)}, {folder} was trained on "
                    f"{_spelled(own['grid'])}: train it again"
                )
            names = load.trained_on(folder)
            samples = [indices[name] for name in names if name in indices]
            if len(samples) < len(names) or not _equal(ranges(opened, samples), own):
                raise SpinlensError(
                    f"{dataset_path} is no longer what {folder} was trained on: train it again"
                )
            used |= set(samples)
        with Inputs(dataset_path, about["hyperparameters"]) as inputs:
            return training_range(opened, inputs, sorted(used))


def _equal(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    bounds = [[each["lattice"][name] for name in LATTICE_PARAMETERS] for each in (one, other)]
    return one["elements"] == other["elements"] and np.allclose(bounds[0], bounds[1])


def _predicted(
    path: Path,
    headers: list[Row],
    models: Mapping[Path, Model],
    known: TrainingRange,
    about: Mapping[str, Any],
) -> tuple[list[Row], list[Row]]:
    """Predict the samples of a new dataset; with rows of those that cannot be normalised."""
    point = about["hyperparameters"]
    refused: list[Row] = []
    samples: list[int] = []
    with Inputs(path, point) as inputs, open_dataset(path) as opened:
        _check_shapes(models, inputs.shape, about)
        for sample, header in enumerate(headers):
            try:
                inputs[sample]
                samples.append(sample)
            except SpinlensError as fault:
                refused.append(header | {"reason": str(fault)})
        if not samples:
            return [], refused
        batches = Batches(inputs, samples, np.zeros(len(samples)), point["batch_size"])
        outputs = np.stack([data_parallel.predict(model, batches, ()) for model in models.values()])
        descriptions = outside(known, opened, inputs, samples)
    predictions = zip(samples, ensemble.by_target(outputs, about), descriptions, strict=True)
    rows = [headers[at] | row | {"outside": description} for at, row, description in predictions]
    return rows, refused


def _check_shapes(
    models: Mapping[Path, Model], shape: tuple[int, ...], about: Mapping[str, Any]
) -> None:
    outputs = ensemble.output_count(about)
    for folder, model in models.items():
        for property, own, expected in (
            ("takes inputs", model.inputs[0].shape[1:], shape),
            ("gives outputs", model.output_shape[1:], (outputs,)),
        ):
            if tuple(own) != tuple(expected):
                raise SpinlensError(
                    f"{folder}/model.keras {property} of {_spelled(own)}, its point.json says "
                    f"{_spelled(expected)} (grid × channels, or classes): train it again"
                )


def _spelled(shape: Iterable[int]) -> str:
    return "×".join(map(str, shape))


def _header(file: Path | str) -> Row:
    attributes = record.read_header(file).attributes
    row = {"calculation": attributes["id"], "source": attributes["source"]}
    excluded = {"reason": attributes["excluded"]} if "excluded" in attributes else {}
    return row | excluded
