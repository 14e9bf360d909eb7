"""Targets: classes of a label, or its number."""

import numpy as np
import pytest
import xarray as xr
from scipy.stats import norm

from spinlens.dataset import targets
from spinlens.dataset.targets import mixture_threshold


def point(label="total_moment", classes="threshold", threshold=4.0):
    return {"target": label, "classes": classes, "threshold": threshold}


@pytest.fixture
def dataset():
    moments = ("sample", [1.0, 4.0, np.nan, 6.0, 3.999, 2.0], {"units": "muB"})
    states = ("sample", ["FM", "AFM", "", "FM", "AFM", ""], {"units": "1"})
    lattice = (("sample", "vector"), np.ones((6, 3)))
    return xr.Dataset({"total_moment": moments, "ground_state": states, "lattice": lattice})


def test_a_threshold_is_reached_at_its_value(dataset):
    target = targets.read(dataset, point())
    assert (target.label, target.unit, target.kind) == ("total_moment", "muB", "classes")
    assert target.samples.tolist() == [0, 1, 3, 4, 5]
    assert target.values.tolist() == [1.0, 4.0, 6.0, 3.999, 2.0]
    assert target.classes.tolist() == [0, 1, 1, 0, 0]
    assert target.edges == (4.0,)
    assert target.names == ("total_moment < 4 μB", "total_moment ≥ 4 μB")


@pytest.mark.parametrize(("name", "expected"), [("mean", 16.999 / 5), ("median", 3.999)])
def test_named_thresholds(dataset, name, expected):
    (edge,) = targets.read(dataset, point(threshold=name)).edges
    assert edge == pytest.approx(expected, rel=1e-12)


def test_explicit_bins_hold_their_lower_edge():
    values = ("sample", [2.4999, 2.5, 3.9999, 4.0, 2.5, 2.0, 9.0], {"units": "meV"})
    target = targets.read(xr.Dataset({"gap": values}), point("gap", [2.5, 4]))
    assert target.edges == (2.5, 4.0)
    assert target.classes.tolist() == [0, 1, 1, 2, 1, 0, 2]
    assert target.names == ("gap < 2.5 meV", "2.5 ≤ gap < 4 meV", "gap ≥ 4 meV")


@pytest.mark.parametrize("classes", [2, 3, 7])
def test_quantile_classes_are_equally_large(classes):
    values = np.random.default_rng(0).permutation(70).astype(float)
    target = targets.read(xr.Dataset({"a": ("sample", values)}), point("a", classes))
    assert len(target.names) == len(target.edges) + 1 == classes
    counts = np.bincount(target.classes)
    assert counts.min() >= 70 // classes and counts.max() <= 70 // classes + 1
    highest_below = [values[target.classes == c].max() for c in range(classes - 1)]
    lowest_above = [values[target.classes == c].min() for c in range(1, classes)]
    assert all(np.less(highest_below, lowest_above))


def test_texts_are_classes_in_sorted_order(dataset):
    target = targets.read(dataset, point("ground_state", "labels"))
    assert target.samples.tolist() == [0, 1, 3, 4]
    assert (target.names, target.edges) == (("AFM", "FM"), ())
    assert target.classes.tolist() == [1, 0, 1, 0]
    assert [target.names[c] for c in target.classes] == target.values.tolist()


def test_a_regression_is_the_number_itself(dataset):
    target = targets.read(dataset, point(classes="regression"))
    assert (target.kind, target.edges, target.classes, target.names) == ("regression", (), None, ())
    assert target.values.tolist() == [1.0, 4.0, 6.0, 3.999, 2.0]


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e3])
def test_two_gaussians_cross_where_their_densities_are_equal(scale):
    quantiles = norm.ppf((np.arange(2000) + 0.5) / 2000)
    values = scale * np.concatenate([1 + 0.5 * quantiles, 6 + 0.5 * quantiles[::2]])
    # log(2) = ((x − 1)² − (x − 6)²) / (2·0.25), from the weights 2/3 and 1/3
    assert mixture_threshold(values) == pytest.approx(scale * (3.5 + np.log(2) / 20), rel=0.01)
    assert mixture_threshold(values) != pytest.approx(scale * values.mean(), rel=0.1)


def test_equal_values_have_no_crossing():
    dataset = xr.Dataset({"a": ("sample", np.full(9, 3.0))})
    with pytest.raises(ValueError, match="^target a: no crossing of two Gaussians"):
        targets.read(dataset, point("a", threshold="mixture"))


def test_a_narrow_population_within_a_wide_one_has_no_crossing_between_the_means():
    quantiles = norm.ppf((np.arange(500) + 0.5) / 500)
    with pytest.raises(ValueError, match="no crossing"):
        mixture_threshold(np.concatenate([quantiles, 10 * quantiles[::10]]))


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (point("gap"), "no label gap; it has total_moment, ground_state"),
        (point("lattice"), "no label lattice"),
        (point("ground_state"), "ground_state is not a number, set classes to labels"),
        (point("ground_state", "regression"), "not a number"),
        (point(classes="labels"), "total_moment is a number"),
        (point(classes="kinds"), "classes is 'kinds', it must be"),
        (point(classes=1), "classes is 1, it must be"),
        (point(classes=True), "classes is True, it must be"),
        (point(classes=[]), r"classes is \[\], it must be"),
        (point(classes=[3, 3]), r"the edges \[3, 3\] must ascend"),
        (point(threshold=100), "0 of 5 samples in the class total_moment ≥ 100 μB"),
        (point(threshold=5), "1 of 5 samples in the class total_moment ≥ 5 μB, it needs 2"),
        (point(classes=3), "1 of 5 samples in the class"),
    ],
)
def test_what_cannot_be_a_target_is_said_in_one_line(dataset, given, message):
    with pytest.raises(ValueError, match=f"^target {given['target']}: .*{message}") as error:
        targets.read(dataset, given)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("column", "classes", "message"),
    [
        (["FM", "FM", "FM"], "labels", "every sample is FM, so there is no second class"),
        (["FM", "FM", "AFM"], "labels", "1 of 3 samples in the class AFM"),
        (["", "", ""], "labels", "no sample carries the label a"),
        ([np.nan] * 3, "threshold", "no sample carries the label a"),
        ([2.0, 2.0, np.nan], "regression", "all samples have the same value"),
    ],
)
def test_a_label_that_says_too_little_is_named(column, classes, message):
    with pytest.raises(ValueError, match=f"^target a: {message}"):
        targets.read(xr.Dataset({"a": ("sample", column)}), point("a", classes))
