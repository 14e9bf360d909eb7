"""Training of one sweep point on one fold, and its metrics."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, isfinite
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from spinlens.core.process import memory_hint
from spinlens.dataset.joint_targets import ClassCounts
from spinlens.dataset.network_inputs import Inputs, root_mean_square, root_mean_squares
from spinlens.models import build, joint, voxel_cost
from spinlens.models.reuse import Network, Networks
from spinlens.settings import sizes
from spinlens.training import batches, data_parallel, fold_metrics, stopping, target_units
from spinlens.training.batches import Batches, model_inputs
from spinlens.training.checkpoints import Checkpoints
from spinlens.training.resume import EpochLog, Keeper
from spinlens.training.task import Fold


@dataclass(frozen=True)
class Fit:
    """A trained model and what it predicts.

    Parameters
    ----------
    model : keras.Model
        The trained model.
    initial_kernel : object
        `models.build.first_kernel` before training.
    history : list of dict
        A row per epoch.
    predictions : tuple of NDArray, shape (samples, classes) or (samples,)
        Of the training and the validation fold: probabilities, or for a regression values in
        the label's unit, which is the unit of the model's output, too; of several targets a list
        of these.
    metrics : dict
        As `metrics.json` holds them.
    """

    model: keras.Model
    initial_kernel: Any
    history: list[dict[str, Any]]
    predictions: tuple[Any, ...]
    metrics: dict[str, Any]


def fit(
    point: Mapping[str, Any],
    inputs: Inputs,
    training: Fold,
    validation: Fold,
    classes: ClassCounts,
    devices: Sequence[str] = (),
    report: Callable[[str], Any] = print,
    checkpoints: Checkpoints | None = None,
    groups: NDArray[Any] | None = None,
    curves: Path | None = None,
    networks: Networks | None = None,
) -> Fit:
    """Train a sweep point; deterministic for a given seed.

    A regression learns values less the mean of the training fold, divided by its standard
    deviation: its history is of these. A diverged training is a result: its metrics say so.

    Parameters
    ----------
    point : Mapping
        Hyperparameters.
    inputs : Inputs
        Fields of the dataset's samples.
    training, validation : Fold
        Samples and their truth.
    classes : int or None
        Number of classes; None for a regression; of several targets one of these by name.
    devices : sequence of str
        Names of the devices that share each batch, if there are several.
    report : callable
        Takes one line per epoch.
    checkpoints : Checkpoints or None
        Where the training is kept: one that was interrupted goes on from there.
    groups : NDArray of str, shape (training samples,)
        What the split keeps together; early stopping leaves out whole groups.
    curves : Path or None
        Folder of the learning curves for TensorBoard; None for none.
    networks : Networks or None
        Networks of former trainings, one of which may be trained anew; None to build one.

    Returns
    -------
    Fit
        Model, history, predictions and metrics.

    Raises
    ------
    SpinlensError
        If the samples' cells, the grid or the devices do not allow what the point asks for.
    """
    augment = augmentation_for(point, inputs, devices)
    keras.utils.set_random_seed(point["seed"])
    scale = _input_scale(point, inputs, training.samples)
    with data_parallel.scope(devices):
        weights = joint.label_weights(training.truth) if isinstance(classes, dict) else None
        network = (networks or Networks()).of(
            point, inputs.shape, classes, scale, weights, _is_whole(point, inputs, devices, augment)
        )
    model: keras.Model = network.model
    trained: keras.Model = network.trained
    initial_kernel = build.first_kernel(model)
    log = EpochLog(point["epochs"], report, curves)
    made_from = {"point": dict(point), "devices": len(devices), "classes": classes}
    made_from |= {"training": training.listed(), "validation": validation.listed()}
    made_from["groups"] = None if groups is None else groups.tolist()
    parts, seed = sizes.micro_batches(point), point["seed"]
    size = ceil(point["batch_size"] / parts)
    unit = (
        None
        if isinstance(classes, int)
        else target_units.mean_and_deviation(training.truth, classes)
    )
    own, inner = stopping.parts(point, training, groups, report)
    given = _computed_once(network, inputs, [training, validation])
    learned = Batches(
        given, *target_units.learned(own, unit), point["batch_size"], seed, augment, parts
    )
    watched = Batches(given, *target_units.learned(validation, unit), size)
    checkpoint = None if checkpoints is None else checkpoints.checkpoint(made_from)
    stopper = None
    if inner is not None:
        left_out = Batches(given, *target_units.learned(inner, unit), size)
        stopper = stopping.EarlyStopping(point["patience"], left_out, devices)
    keeper = Keeper(checkpoint, {"batches": learned, "log": log, "stopper": stopper}, report)
    with data_parallel.scope(devices):
        keeper.resume(trained)
    with memory_hint(size):
        trained.fit(
            data_parallel.shared_out(learned, devices),
            epochs=point["epochs"],
            initial_epoch=point["epochs"] if keeper.is_over else keeper.initial_epoch,
            validation_data=data_parallel.shared_out(watched, devices),
            callbacks=[*stopping.schedule(point), *filter(None, [stopper]), log, keeper],
            shuffle=False,  # batches shuffle their samples; Keras would shuffle batches once more
            verbose=0,
        )
    keeper.finish()
    if stopper is not None:
        stopper.take_best(trained)
    if unit is not None:
        scales = target_units.of_outputs(unit, classes)
        with data_parallel.scope(devices):
            model, trained = (build.in_unit(each, *scales) for each in (model, trained))
    folds = (training, validation)
    predictions = tuple(
        _predict(trained, Batches(given, *fold, size), classes, devices) for fold in folds
    )
    found: dict[str, Any]
    if isinstance(classes, dict):
        found = {"targets": fold_metrics.of_targets(predictions, folds, classes)}
    else:
        found = fold_metrics.of_folds(predictions, folds, classes)
    found["diverged"] = _diverged(model, log.history)
    found["parameters"] = int(model.count_params())
    return Fit(model, initial_kernel, log.history, predictions, found)


def augmentation_for(
    point: Mapping[str, Any], inputs: Inputs, devices: Sequence[str] = ()
) -> batches.LayerGroup | None:
    """Augmentation of a point's samples, once cells, grid and devices allow what it asks for.

    Parameters
    ----------
    point, inputs, devices
        As `fit` takes them.

    Returns
    -------
    LayerGroup or None
        None without augmentation.

    Raises
    ------
    SpinlensError
        If they do not allow it; the message names the key of the config.
    """
    data_parallel.require_whole_batches(devices, point)
    shape = inputs.shape[:3]
    if sizes.is_steerable(point):
        sizes.require_resolved(point, shape, np.asarray(inputs.lattices))
    if point.get("augmentation") == "layer_group":
        return batches.LayerGroup(inputs.cells(), shape)
    return None


def _is_whole(
    point: Mapping[str, Any], inputs: Inputs, devices: Sequence[str], augment: Any
) -> bool:
    """Whether all of a network is computed in each epoch."""
    if augment is not None or len(devices) > 1:
        return True
    kept = voxel_cost.kept_spectra(point, inputs.shape[:3], inputs.shape[3], inputs.samples)
    return point.get("family", "voxel") == "voxel" and not kept


def _computed_once(
    network: Network, inputs: Inputs, folds: Sequence[Fold]
) -> Inputs | dict[int, NDArray[Any]]:
    """Compute what no epoch changes, of the samples of some folds, one by one."""
    if network.fixed is None:
        return inputs
    needed = np.concatenate([fold.samples for fold in folds])
    for sample in needed[[n not in network.computed for n in needed.tolist()]]:
        (made,) = network.fixed.predict_on_batch(model_inputs(inputs, [sample]))
        network.computed[int(sample)] = made
    return network.computed


def _input_scale(
    point: Mapping[str, Any], inputs: Inputs, samples: NDArray[np.int64]
) -> float | list[float]:
    """Compute the scale of all inputs; a scale of each sample is divided out before.

    A charge density is a hundred times as strong as the magnetization beside it: each has its own.
    """
    if point["normalization"] != "dataset":
        return 1.0
    if point["channels"] == "both":
        return [scale or 1.0 for scale in root_mean_squares(inputs, samples)]
    return root_mean_square(inputs, samples) or 1.0


def _predict(
    model: keras.Model, batches: Batches, classes: ClassCounts, devices: Sequence[str]
) -> Any:
    predicted = data_parallel.predict(model, batches, devices)
    if isinstance(classes, dict):
        return joint.by_target(predicted, list(classes.values()))
    return predicted[:, 0] if classes is None else predicted


def _diverged(model: keras.Model, history: Sequence[Mapping[str, Any]]) -> bool:
    losses_finite = all(isfinite(row["loss"]) for row in history)
    return not (losses_finite and all(np.isfinite(w).all() for w in model.get_weights()))
