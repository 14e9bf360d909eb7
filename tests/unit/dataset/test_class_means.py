"""Means of the magnetization over the classes of a target."""

import numpy as np
import pytest
import xarray as xr

from spinlens.crystal.reference_cell import Crystal
from spinlens.dataset import targets
from spinlens.dataset.class_means import class_means, classes_or_halves, crystal_of

CRYSTAL = Crystal(np.diag([4.0, 4.0, 10.0]), np.array([[0.1, 0.2, 0.3]]), ("Cr",))
MOMENTS = [1.0, 5.0, 2.0, 6.0]


@pytest.fixture
def dataset():
    fields = np.array(MOMENTS)[:, None, None, None] * np.ones((4, 2, 2, 3))
    return xr.Dataset(
        {
            "magnetization": (("sample", "a", "b", "c"), fields),
            "total_moment": ("sample", MOMENTS, {"units": "muB"}),
        }
    )


def target_of(dataset, classes="threshold", threshold=4.0):
    point = {"target": "total_moment", "classes": classes, "threshold": threshold}
    return targets.read(dataset, point)


def test_means_are_over_the_samples_of_each_class(dataset):
    means = class_means(dataset, target_of(dataset), CRYSTAL)
    assert means["class"].values.tolist() == ["total_moment < 4 μB", "total_moment ≥ 4 μB"]
    assert means["samples"].values.tolist() == [2, 2]
    assert means["mean"].values[:, 0, 0, 0] == pytest.approx([1.5, 5.5], abs=1e-6)
    assert means["magnitude"].values == pytest.approx(np.full((2, 2, 3), 3.5), abs=1e-6)
    assert means["difference"].values == pytest.approx(np.full((2, 2, 3), 4.0), abs=1e-6)


def test_the_crystal_is_kept_beside_the_means(dataset):
    crystal = crystal_of(class_means(dataset, target_of(dataset), CRYSTAL))
    assert np.array_equal(crystal.lattice, CRYSTAL.lattice) and crystal.elements == ("Cr",)
    assert np.array_equal(crystal.positions, CRYSTAL.positions)


def test_a_regression_is_halved_at_its_median(dataset):
    names, halves = classes_or_halves(target_of(dataset, "regression"))
    assert names == ("total_moment < 3.5 μB", "total_moment ≥ 3.5 μB")
    assert halves.tolist() == [0, 1, 0, 1]


def test_a_class_without_a_sample_has_no_mean(dataset):

    with pytest.raises(ValueError, match="no sample has total_moment < 3 μB"):
        class_means(dataset, target_of_equal_values(), CRYSTAL)


def target_of_equal_values():
    values = np.full(4, 3.0)
    return targets.Target("total_moment", "muB", "regression", (), np.arange(4), values, None, ())
