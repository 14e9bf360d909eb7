import os
import re
import subprocess
import sys

import matplotlib
import numpy as np
import pandas as pd
import pytest
import yaml
from docutils.core import publish_parts
from jinja2 import Environment, StrictUndefined
from PIL import Image

from paths import ROOT
from spinlens.dataset.targets import Target
from spinlens.filters.voxel import to_dataset
from spinlens.plots import style
from spinlens.plots.architecture import architecture
from spinlens.plots.filters import change, filters, largest
from spinlens.plots.sweep import sweep
from spinlens.plots.target import bin_edges, distribution
from spinlens.plots.training import training

CELL = np.array([[6.87, 0, 0], [-3.435, 3.435 * 3**0.5, 0], [0, 0, 16.0]])
STEPS = CELL / np.array([[12], [12], [20]])
SHAPE = (7, 6, 9)
VOXEL = (5, 1, 6)
RMS = (np.prod(SHAPE) * 2) ** 0.5  # one voxel of two filters, in units of the root mean square


def tilted(vectors):
    """The vectors turned as a whole: a turn must not show in a picture of the crystal."""
    turn, _ = np.linalg.qr(np.random.default_rng(3).normal(size=(3, 3)))
    return vectors @ (turn * np.sign(np.linalg.det(turn)))


def kernel_with(value=1.0, voxel=VOXEL, shape=SHAPE, channels=2, count=2):
    kernel = np.zeros((*shape, channels, count))
    kernel[(*voxel, 0, 0)] = value
    return kernel


def dataset_of(kernel, initial=None, steps=STEPS):
    kind = "parts" if kernel.shape[3] == 2 else "signed"
    return to_dataset(kernel, np.ones_like(kernel) if initial is None else initial, kind, steps)


def panels(figure):
    """The axes of a figure without its colour bar, in order of rows."""
    return figure.axes[:-1]


def meshes(figure):
    """The mesh of each panel, None for a panel without."""
    return [axes.collections[0] if axes.collections else None for axes in panels(figure)]


def brightest(mesh):
    """Position (x, y), in Å, of the middle of the voxel of largest value."""
    corners = np.asarray(mesh.get_coordinates())
    centres = (corners[:-1, :-1] + corners[1:, 1:]) / 2
    values = mesh.get_array().reshape(centres.shape[:2])
    return centres[np.unravel_index(values.argmax(), values.shape)]


def texts(figure):
    return [text.get_text() for text in figure.findobj(matplotlib.text.Text)]


@pytest.mark.parametrize("turn", [lambda vectors: vectors, tilted])
def test_a_planted_voxel_shows_at_its_place_in_angstrom_in_each_projection(turn):
    offset = np.array(VOXEL) - (np.array(SHAPE) - 1) / 2
    step_a, step_b, step_c = np.linalg.norm(STEPS, axis=1)
    along_a, along_b, along_c = meshes(filters(dataset_of(kernel_with(), steps=turn(STEPS))))[:3]

    across = 0.75**0.5  # seen along a, the vector b at 120 degrees is foreshortened
    expected = [offset[1] * step_b * across, offset[2] * step_c]
    assert brightest(along_a) == pytest.approx(expected, abs=1e-6)
    expected = [offset[0] * step_a * across, offset[2] * step_c]
    assert brightest(along_b) == pytest.approx(expected, abs=1e-6)
    hexagonal = offset[0] * STEPS[0, :2] + offset[1] * STEPS[1, :2]
    assert brightest(along_c) == pytest.approx(hexagonal, abs=1e-6)
    assert along_c.get_array().max() == pytest.approx(RMS / SHAPE[2], rel=1e-6)


def test_a_square_grid_would_put_the_voxel_elsewhere():
    offset = np.array(VOXEL) - (np.array(SHAPE) - 1) / 2
    square = offset[:2] * np.linalg.norm(STEPS[:2], axis=1)
    mesh = meshes(filters(dataset_of(kernel_with())))[2]
    assert np.linalg.norm(brightest(mesh) - square) > 0.4


def test_one_colour_scale_a_figure_centred_at_zero():
    kernel = kernel_with(-3.0)
    kernel[2, 2, 2, 1, 1] = 2.0
    drawn = meshes(filters(dataset_of(kernel)))
    assert len({mesh.norm for mesh in drawn}) == 1
    assert drawn[0].norm.vmax == pytest.approx(RMS / min(SHAPE), rel=1e-6)
    assert float(drawn[0].norm(0.0)) == pytest.approx(0.5, abs=1e-9)
    assert drawn[0].norm.vmin == -drawn[0].norm.vmax


def test_the_sign_survives_in_grey_where_a_usual_diverging_map_loses_it():
    def luminance(colours):
        return colours(np.linspace(0, 1, 101))[:, :3] @ [0.2126, 0.7152, 0.0722]

    assert (np.diff(luminance(style.SIGNED)) >= 0).all()
    assert np.ptp(style.SIGNED(0.5)[:3]) == pytest.approx(0, abs=1e-6)
    assert not (np.diff(luminance(matplotlib.colormaps["RdBu_r"])) >= 0).all()


def test_an_angstrom_is_as_long_in_every_panel_and_direction(tmp_path):
    figure = filters(dataset_of(kernel_with()))
    style.save(figure, tmp_path / "filters.png")
    for axes in panels(figure):
        width, height = axes.get_window_extent().size
        per_angstrom = [width / np.ptp(axes.get_xlim()), height / np.ptp(axes.get_ylim())]
        first = figure.axes[0]
        scale = first.get_window_extent().width / np.ptp(first.get_xlim())
        assert per_angstrom == pytest.approx([scale, scale], rel=1e-3)


def test_a_diverged_filter_is_said_to_be_so_and_leaves_the_others_their_scale():
    kernel = kernel_with()
    kernel[..., 1] = np.nan
    kernel[0, 0, 0, 0, 1] = np.inf
    figure = filters(dataset_of(kernel))
    assert [mesh is None for mesh in meshes(figure)] == [False] * 6 + [True] * 6
    assert texts(figure).count("diverged:\nnot finite") == 6
    rms = np.prod(SHAPE) ** 0.5  # of the filter that is left
    assert meshes(figure)[0].norm.vmax == pytest.approx(rms / min(SHAPE), rel=1e-6)
    sound = filters(dataset_of(kernel_with()))
    assert not any("diverged" in text for text in texts(sound))


def test_filters_one_voxel_high_are_drawn_along_c_alone():
    kernel = kernel_with(voxel=(5, 1, 0), shape=(7, 6, 1), count=3)
    figure = filters(dataset_of(kernel))
    assert len(meshes(figure)) == 3 * 2
    assert {text for text in texts(figure) if "averaged" in text} == {"averaged along c"}


def test_initial_weights_can_be_drawn_too():
    initial = kernel_with(5.0)
    figure = filters(dataset_of(kernel_with(1.0), initial), weights="initial_kernel")
    assert meshes(figure)[0].norm.vmax == pytest.approx(RMS / min(SHAPE), rel=1e-6)
    assert not any("changed" in text for text in texts(figure))


def test_of_many_filters_the_largest_are_drawn():
    kernel = np.zeros((12, 1, 2, 2, 2))
    kernel[:] = np.array([1, 9, 2, 8, 3, 7, 4, 6, 5, 10, 11, np.nan])[:, None, None, None, None]
    assert list(largest(kernel, most=4)) == [1, 9, 10, 11]
    note = "weight ÷ rms of its channel; 8 of 12 filters, the largest"
    noted = dataset_of(np.moveaxis(kernel, (0, 1), (4, 3)))
    assert note in texts(filters(noted))
    assert note not in texts(filters(noted.isel(filter=slice(8))))


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1, "unchanged by training"),
        (1 + 1e-5, "changed by less than 0.1 %"),
        (1.125, "changed by 12.5 %"),
        (0.5, "changed by 50.0 %"),
        (41, "changed 40-fold"),
        (np.nan, "diverged"),
    ],
)
def test_change_of_the_weights_in_words(factor, words):
    weights = np.array([3.0, -4.0])
    assert change(factor * weights, weights) == words


METRICS = {
    "training_samples": 43,
    "training_majority_baseline": 26 / 43,
    "training_accuracy": 26 / 43,
    "training_one_class": True,
    "validation_samples": 19,
    "validation_majority_baseline": 11 / 19,
    "validation_accuracy": 11 / 19,
    "validation_one_class": True,
    "diverged": False,
}


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


def target_of(values, edges=(4.0,), kind="classes", names=None):
    """Target of numbers cut at edges, or of texts, which have names."""
    values = np.array(values)
    classes = np.unique(values, return_inverse=True)[1] if names else np.digitize(values, edges)
    names = names or tuple("abcdef"[: len(edges) + 1])
    samples = np.arange(len(values))
    return Target("total_moment", "muB", kind, edges, samples, values, classes, names)


def test_no_bin_of_the_target_holds_both_classes():
    values = np.array([0.013, 1.7, 3.9998, 4.0, 4.0007, 5.3, 7.49])
    edges = bin_edges(values, (4.0,))
    assert 4.0 in edges
    assert edges[0] <= values.min() and edges[-1] > values.max()
    assert 2 < len(edges) <= 27
    below = np.histogram(values, edges)[0][edges[:-1] < 4.0].sum()
    assert below == (values < 4.0).sum()


def test_equal_values_have_bins_too():
    assert len(bin_edges([4.0, 4.0], (4.0,))) >= 2
    assert np.isfinite(bin_edges([-2.0, -2.0], (4.0,))).all()


@pytest.mark.parametrize("cuts", [(), (0.05, 3.9), (1.0, 1.01, 5.0), (9.0, 10.0)])
def test_bins_cover_all_values_with_an_edge_on_every_cut(cuts):
    values = np.random.default_rng(1).normal(2, 3, 60)
    edges = bin_edges(values, cuts)
    assert set(cuts) <= set(edges)
    assert edges[0] <= values.min() and edges[-1] > values.max()
    assert 0 < np.diff(edges).min() and len(edges) <= 30
    assert len(np.unique(np.diff(edges).round(9))) <= max(1, len(cuts))


def test_a_target_of_several_classes_shows_every_cut_and_count():
    target = target_of([1.0, 2.0, 2.5, 3.0, 4.0, 5.0, 5.0], edges=(2.0, 5.0))
    bars, ticks = distribution(target, np.array([0, 1, 3, 5]), np.array([2, 4, 6])).axes
    assert sum(bar.get_height() for bar in bars.patches) == 7
    assert [line.get_xdata()[0] for line in bars.lines] == [2.0, 5.0]
    assert [text.get_text() for text in bars.texts] == ["1", "4", "2", "2", "5"]


def test_a_target_of_texts_is_a_bar_a_class():
    target = target_of(["AFM", "FM", "FM", "AFM", "FM"], edges=(), names=("AFM", "FM"))
    figure = distribution(target, np.array([0, 1, 3]), np.array([2, 4]))
    (bars,) = figure.axes
    assert [bar.get_height() for bar in bars.patches] == [2, 1, 0, 2]
    assert [bar.get_y() for bar in bars.patches] == [0, 0, 2, 1]
    assert {"AFM", "FM", "2", "3", "training: 3 samples"} <= set(texts(figure))
    assert not bars.lines


def test_a_regression_has_no_cut():
    target = target_of([1.0, 2.0, 3.0, 4.0, 5.0], edges=(), kind="regression")
    bars, ticks = distribution(target, np.array([0, 1, 3]), np.array([2, 4])).axes
    assert sum(bar.get_height() for bar in bars.patches) == 5
    assert not bars.lines and len(ticks.lines) == 2


def test_target_shows_threshold_counts_and_unit():
    target = target_of([1.0, 2.0, 3.0, 4.0, 5.0])
    figure = distribution(target, np.array([0, 1, 3]), np.array([2, 4]))
    bars, ticks = figure.axes
    assert sum(bar.get_height() for bar in bars.patches) == 5
    assert [line.get_xdata()[0] for line in bars.lines] == [4.0]
    shown = texts(figure)
    assert "training: 2 below the threshold, 1 at or above it" in shown
    assert "validation: 1 below the threshold, 1 at or above it" in shown
    assert {"< 4 μB: 3", "≥ 4 μB: 2"} <= set(shown)
    assert ticks.get_xlabel() == "total moment (μB)"


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


def sweep_table():
    rows = [
        {"point": "filters~3_learning_rate~1", "filters": 3, "learning_rate": "1"},
        {"point": "filters~2_learning_rate~1", "filters": 2, "learning_rate": "1"},
        {"point": "filters~3_learning_rate~1e4", "filters": 3, "learning_rate": "10000"},
        {"point": "filters~3_learning_rate~1_", "filters": 3, "learning_rate": "1"},
    ]
    table = pd.DataFrame([row | METRICS for row in rows])
    missing = ["training_accuracy", "validation_accuracy", "validation_one_class"]
    table["diverged"] = [False, False, True, False]
    table[missing] = table[missing].astype(object)
    table.loc[2, missing] = None
    return table


def test_sweep_shows_accuracies_beside_the_majority_baselines():
    figure = sweep(sweep_table())
    drawn = [(line.get_marker(), list(line.get_xdata())) for line in figure.axes[0].lines]
    assert sum(xs == pytest.approx([26 / 43] * 2) for _, xs in drawn) == 4
    markers = [xs for marker, xs in drawn if marker == "o"]
    assert markers == [pytest.approx([26 / 43])] * 3
    shown = texts(figure)
    assert {"no training accuracy", "no validation accuracy", "diverged"} <= set(shown)
    assert shown.count("one class for every sample") == 3


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_the_same_figure_is_the_same_bytes(tmp_path, suffix):
    def saved(name, value):
        kernel = kernel_with(value, channels=1, count=1)
        style.save(filters(dataset_of(kernel)), tmp_path / f"{name}{suffix}")
        return (tmp_path / f"{name}{suffix}").read_bytes()

    assert saved("one", 1.0) == saved("two", 1.0)
    assert saved("one", 1.0) != saved("three", -1.0)
    assert b"<dc:date>" not in saved("one", 1.0)


def test_a_png_is_sharp_and_small(tmp_path):
    noise = np.random.default_rng(0).normal(size=(40, 40, 40, 2, 4))
    style.save(filters(dataset_of(noise)), tmp_path / "filters.png")
    written = (tmp_path / "filters.png").read_bytes()
    assert int.from_bytes(written[16:20], "big") == 1000  # pixels: 5 inches at 200 dpi
    assert 20_000 < len(written) < 400_000


def test_a_reader_s_own_matplotlib_settings_change_nothing():
    with matplotlib.rc_context({"font.size": 30, "axes.spines.top": True}):
        figure = training(history_of([0.7], [0.5], [0.5]), METRICS)
    assert figure.axes[0].yaxis.label.get_size() == 8
    assert not figure.axes[0].spines["top"].get_visible()


def test_figures_start_without_pyplot_keras_or_pymatgen():
    modules = ("architecture", "filters", "sweep", "target", "training")
    code = "import sys; from spinlens.plots import " + ", ".join(modules)
    code += "; print(*{'matplotlib.pyplot', 'keras', 'pymatgen', 'matplotlib'} & {*sys.modules})"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT / "workflow")},
    )  # fmt: skip
    assert done.stdout.split() == ["matplotlib"]


class Job:
    def __init__(self, config):
        self.config = config
        self.wildcards = type("Wildcards", (), {"point": "filters~2_*learning_rate~1"})


@pytest.mark.parametrize(
    "caption", sorted((ROOT / "workflow/report").glob("*.rst")), ids=lambda p: p.stem
)
@pytest.mark.parametrize("study", [{}, {"select": None, "window": 12.5}])
def test_captions_render_with_the_config_at_hand(caption, study):
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")) | study
    environment = Environment(trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    text = environment.from_string(caption.read_text(encoding="utf-8"))
    rendered = text.render(snakemake=Job(config))
    strict = {"report_level": 1, "halt_level": 2}
    body = publish_parts(rendered, writer="html", settings_overrides=strict)["html_body"]
    assert not re.search(r"\{[{%]|None", body)


def test_a_regression_shows_r2_beside_what_the_mean_would_give():
    history = pd.DataFrame({"epoch": [1, 2], "loss": [25.0, 2.0], "val_loss": [4.0, 1.0],
                            "r2": [-24.0, 0.4], "val_r2": [-4.0, 0.3]})  # fmt: skip
    metrics = {"training_mae": 1.0, "training_r2": 0.4, "validation_mae": 1.2}
    figure = training(history, metrics | {"validation_r2": 0.3})
    assert figure.axes[1].get_ylabel().startswith("R²")
    assert figure.get_suptitle() == "R² 0.30 in validation"
    worse = training(history, metrics | {"validation_r2": -0.3}).get_suptitle()
    assert worse == "no better than the mean in validation: R² −0.30"


@pytest.mark.parametrize("suffix", [".svg", ".png"])
def test_what_a_figure_shows_is_written_into_its_file(tmp_path, suffix):
    figure = style.describe(style.new_figure(1), "one < two, in Å")
    style.save(figure, tmp_path / f"said{suffix}")
    if suffix == ".svg":
        assert "<title>one &lt; two, in Å</title>" in (tmp_path / "said.svg").read_text("utf-8")
    else:
        with Image.open(tmp_path / "said.png") as image:
            assert image.info["Title"] == "one < two, in Å"
