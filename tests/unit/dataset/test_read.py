"""Voxels, cells and elements of the samples of a dataset."""

import numpy as np
import pytest
import xarray as xr

from alike_crystals import crystals
from spinlens.dataset.read import lattice_parameters, mean_voxel_vectors, ranges


def test_lattice_parameters_are_lengths_and_angles():
    cell = np.array([[2, 0, 0], [-1.5, 1.5 * np.sqrt(3), 0], [0, 3, 4.0]])
    found = lattice_parameters(cell)
    assert found[:3] == pytest.approx([2, 3, 5]) and found[5] == pytest.approx(120)
    assert found[4] == pytest.approx(90)
    assert np.cos(np.radians(found[3])) == pytest.approx(0.6 * np.sqrt(3) / 2)


def test_ranges_are_those_of_the_samples_asked_for():
    both = xr.concat([crystals(1, 4.0), crystals(1, 5.0, element="Te")], "sample")
    both = both.assign_coords({axis: [0.0, 0.5] for axis in "abc"})
    assert ranges(both, [0])["lattice"]["a"] == [4, 4]
    assert ranges(both, [0, 1])["lattice"]["a"] == [4, 5]
    assert ranges(both, [0, 1])["elements"] == ["Cr", "Te"]


def test_voxels_are_those_of_the_mean_lattice():
    both = xr.concat([crystals(1, 4.0), crystals(1, 5.0)], "sample")
    both = both.assign_coords({"a": np.arange(6), "b": np.arange(9), "c": np.arange(20)})
    expected = np.diag([4.5 / 6, 4.5 / 9, 10 / 20])
    assert mean_voxel_vectors(both) == pytest.approx(expected, abs=1e-12)
    alone = both.isel(sample=[0])
    assert mean_voxel_vectors(alone) != pytest.approx(expected, abs=1e-3)
