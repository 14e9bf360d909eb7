"""Training curves beside their baselines, and networks layer by layer."""

import numpy as np
import pandas as pd
import pytest

from figure_contents import texts
from spinlens.plots import style
from spinlens.plots.sweep_point import architecture, training
from sweep_tables import METRICS


def history_of(loss, accuracy, val_accuracy):
    epochs = range(1, len(loss) + 1)
    columns = {"epoch": epochs, "loss": loss, "accuracy": accuracy}
    return pd.DataFrame(columns | {"val_loss": [0.7] * len(loss), "val_accuracy": val_accuracy})


def lines(axes, label):
    return [line for line in axes.lines if line.get_label().startswith(label)]


def test_an_accuracy_at_the_majority_baseline_is_ringed_and_named():
    history = history_of([0.7, 0.7, 0.7], [26 / 43, 27 / 43, 25 / 43], [11 / 19] * 3)
    figure = training(history, METRICS)
    _, accuracy = figure.axes
    shares = [line.get_ydata()[0] for line in lines(accuracy, "majority baseline")]
    assert shares == pytest.approx([26 / 43, 11 / 19], abs=1e-12)
    ringed = [list(line.get_xdata()) for line in lines(accuracy, "exactly")]
    assert ringed == [[1], [1, 2, 3]]
    assert figure.get_suptitle() == "one class for every sample: at the majority baseline"


def test_an_accuracy_off_the_majority_baseline_is_not_ringed():
    figure = training(history_of([0.7], [27 / 43], [10 / 19]), METRICS)
    assert not lines(figure.axes[1], "exactly")


def test_a_loss_that_is_not_finite_is_a_cross_at_its_epoch():
    history = history_of([0.7, np.inf, np.nan], [0.5] * 3, [0.5] * 3)
    loss, _ = training(history, METRICS | {"diverged": True}).axes
    assert [list(line.get_xdata()) for line in lines(loss, "loss not finite")] == [[2, 3]]
    assert np.isfinite(loss.get_ylim()).all()


@pytest.mark.parametrize(
    ("losses", "scale"),
    [
        ((3.0, 0.6), "linear"),
        ((3.0, 0.0), "linear"),
        ((0.0, 0.0), "linear"),
        ((2e6, 0.7), "log"),
        ((0.7, 1e-4), "log"),
        ((2e6, 0.0), "symlog"),
        ((2e6, np.inf), "log"),
    ],
)
def test_the_loss_scale_fits_the_losses(losses, scale):
    loss, _ = training(history_of(losses, [0.5] * 2, [0.5] * 2), METRICS).axes
    low, high = loss.get_ylim()
    assert loss.get_yscale() == scale
    assert all(low <= value < high for value in (*losses, 0.7) if np.isfinite(value))


def test_a_training_without_one_finite_loss_can_be_drawn(tmp_path):
    history = history_of([np.nan] * 2, [0.5] * 2, [0.5] * 2).assign(val_loss=np.nan)
    style.save(training(history, METRICS | {"diverged": True}), tmp_path / "training.png")


def test_a_regression_shows_r2_beside_what_the_mean_would_give():
    history = pd.DataFrame({"epoch": [1, 2], "loss": [25.0, 2.0], "val_loss": [4.0, 1.0],
                            "r2": [-24.0, 0.4], "val_r2": [-4.0, 0.3]})  # fmt: skip
    metrics = {"training_mae": 1.0, "training_r2": 0.4, "validation_mae": 1.2}
    figure = training(history, metrics | {"validation_r2": 0.3})
    assert figure.axes[1].get_ylabel().startswith("R²")
    assert figure.get_suptitle() == "R² 0.30 in validation"
    worse = training(history, metrics | {"validation_r2": -0.3}).get_suptitle()
    assert worse == "no better than the mean in validation: R² −0.30"


def test_architecture_names_layers_shapes_and_parameters():
    layers = pd.DataFrame(
        [("first_convolution", "Conv3D", "5×5×5×3", 384003), ("flatten", "Flatten", "375", 0)],
        columns=["layer", "kind", "output_shape", "parameters"],
    )
    figure = architecture(layers)
    shown = texts(figure)
    assert {"first convolution", "Conv3D", "5×5×5×3", "flatten"} <= set(shown)
    assert shown.count("384,003 parameters") == 2  # the layer's and the sum
    learning, fixed = (box.get_facecolor() for box in figure.axes[0].patches[:2])
    assert learning != fixed
