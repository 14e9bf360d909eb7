"""Targets and the one split."""

import numpy as np
import pytest
import xarray as xr

from spinlens import targets


@pytest.fixture
def dataset():
    moments = ("sample", [1.0, 4.0, np.nan, 6.0, 3.999], {"units": "muB"})
    return xr.Dataset({"total_moment": moments, "order": ("sample", list("abcde"))})


def test_a_threshold_is_reached_at_its_value(dataset):
    target = targets.by_threshold(dataset, "total_moment", 4.0)
    assert target.samples.tolist() == [0, 1, 3, 4]
    assert target.classes.tolist() == [0, 1, 1, 0]
    assert target.names == ("total_moment < 4 muB", "total_moment ≥ 4 muB")


@pytest.mark.parametrize(("name", "expected"), [("mean", 14.999 / 4), ("median", 3.9995)])
def test_named_thresholds(dataset, name, expected):
    target = targets.by_threshold(dataset, "total_moment", name)
    assert target.threshold == pytest.approx(expected, rel=1e-12)


def test_labels_that_cannot_be_a_target_are_named(dataset):
    with pytest.raises(ValueError, match="no label gap; it has total_moment, order"):
        targets.by_threshold(dataset, "gap", 1.0)
    with pytest.raises(ValueError, match="order is not a number"):
        targets.by_threshold(dataset, "order", 1.0)


def test_the_split_keeps_the_classes_shares_and_every_sample_once():
    classes = np.array([0] * 28 + [1] * 34)
    training, validation = targets.split_once(classes, 0.7, seed=3)
    assert sorted([*training, *validation]) == list(range(62))
    assert (len(training), len(validation)) == (43, 19)
    assert classes[training].mean() == pytest.approx(34 / 62, abs=0.02)
    assert classes[validation].mean() == pytest.approx(34 / 62, abs=0.03)


def test_the_split_is_given_by_its_seed():
    classes = np.arange(40) % 2
    first, again = (targets.split_once(classes, 0.7, 5)[0].tolist() for _ in range(2))
    assert first == again
    assert first != targets.split_once(classes, 0.7, 6)[0].tolist()


@pytest.mark.parametrize("classes", [[0, 0, 0], [0, 1, 1], [0, 1, 1, 0]])
def test_small_and_one_sided_data_are_split_all_the_same(classes):
    training, validation = targets.split_once(np.array(classes), 0.7, 0)
    assert len(training) and len(validation)


def test_a_single_sample_cannot_be_split():
    with pytest.raises(ValueError, match="leaves one side empty"):
        targets.split_once(np.array([1]), 0.7, 0)
