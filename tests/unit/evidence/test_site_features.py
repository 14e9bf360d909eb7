"""Moments of sites and statistics of inputs, where the answer is known."""

import numpy as np
import pytest

from spinlens.evidence import site_features
from spinlens.evidence.site_features import input_statistics, of_sites, shape_only


def named(elements, moments):
    return dict(zip(site_features.NAMES, of_sites(elements, moments).tolist(), strict=True))


def test_features_of_two_metals_and_their_ligands():
    found = named(["Cr", "Te", "V", "Te"], [3.0, -0.1, 1.5, -0.3])
    expected = {"ratio": 0.5, "product": 4.5, "sum": 4.5, "ligands": -0.4, "magnetic_sites": 2}
    assert found == pytest.approx(expected)
    turned = named(["Te", "V", "Te", "Cr"], [-0.3, 1.5, -0.1, 3.0])
    assert turned == pytest.approx(found)  # no order of the sites


def test_an_antiferromagnet_differs_from_a_ferromagnet_by_signs_alone():
    parallel, opposed = named(["Cr", "Cr"], [3.0, 2.4]), named(["Cr", "Cr"], [3.0, -2.4])
    assert (parallel["ratio"], opposed["ratio"]) == pytest.approx((0.8, -0.8))
    assert (parallel["product"], opposed["product"]) == pytest.approx((7.2, -7.2))
    assert (parallel["sum"], opposed["sum"]) == pytest.approx((5.4, 0.6))
    assert parallel["magnetic_sites"] == opposed["magnetic_sites"] == 2


@pytest.mark.parametrize(
    ("moments", "count"), [([3.0, 0.31], 2), ([3.0, -0.31], 2), ([3.0, 0.29], 1), ([0.1, 0.2], 0)]
)
def test_a_site_is_magnetic_above_a_threshold(moments, count):
    assert named(["Cr", "Y"], moments)["magnetic_sites"] == count


def test_the_ratio_has_no_scale_and_does_not_take_the_sign_of_m():
    elements, moments = ["Cr", "Ru", "Te"], np.array([3.1, 0.8, -0.2])
    one, three, minus = (named(elements, factor * moments) for factor in (1, 3, -1))
    assert one["ratio"] == pytest.approx(three["ratio"]) == pytest.approx(minus["ratio"])
    assert three["sum"] == pytest.approx(3 * one["sum"]) and minus["sum"] == -one["sum"]


def test_ligands_never_count_as_the_weakest_metal():
    assert named(["Cr", "Cr", "I"], [3.0, 3.0, 0.01])["ratio"] == 1
    assert named(["Cr", "Cr", "V"], [3.0, 3.0, 0.01])["ratio"] == pytest.approx(0.01 / 3)
    assert named(["O", "O"], [1.0, 0.5])["ratio"] == 0.5  # no metal: every site counts


def test_a_single_metal_and_a_crystal_without_moment():
    assert named(["Fe", "Te"], [2.0, 0.1])["ratio"] == 1
    assert named(["Fe", "Ti"], [0.0, 0.0])["ratio"] == 0
    padded = np.array([2.0, 0.1, np.nan])
    assert of_sites(["Fe", "Te"], padded) == pytest.approx(of_sites(["Fe", "Te"], padded[:2]))


def test_the_shape_does_not_tell_the_size_of_the_moments():
    elements, moments = ["Cr", "V", "Te"], np.array([3.0, 1.5, -0.2])
    full = np.stack([of_sites(elements, factor * moments) for factor in (1.0, 2.5)])
    shape = shape_only(full, np.array([3.0, 7.5]))
    assert shape[0] == pytest.approx([0.5, 1.5, -0.2 / 3])
    assert shape[1] == pytest.approx(shape[0])
    assert not np.allclose(full[0], full[1])  # the control: the features themselves do
    assert shape_only(np.zeros((1, 5)), np.zeros(1)).tolist() == [[0, 0, 0]]


def wave(mean, amplitude):
    a = np.arange(16) / 16
    field = mean + amplitude * np.cos(2 * np.pi * a)
    return np.broadcast_to(field[:, None, None, None], (16, 3, 2, 1))


def test_statistics_of_a_wave():
    rms = np.sqrt(0.2**2 + 0.5**2 / 2)
    expected = [0.2, rms, 0.2 / rms, -0.3, 0.7]
    assert input_statistics(wave(0.2, 0.5)) == pytest.approx(expected)
    # Neither a shift of the origin nor the place of a voxel matters; the scale does.
    rolled = np.roll(wave(0.2, 0.5), 5, axis=0)
    assert input_statistics(rolled) == pytest.approx(expected)
    assert input_statistics(2 * rolled) == pytest.approx([0.4, 2 * rms, 0.2 / rms, -0.6, 1.4])


def test_statistics_come_channel_by_channel_and_none_is_nan():
    both = np.concatenate([wave(0.2, 0.5), np.zeros((16, 3, 2, 1))], axis=-1)
    found = input_statistics(both).reshape(5, 2)
    assert found[:, 0] == pytest.approx(input_statistics(wave(0.2, 0.5)))
    assert found[:, 1].tolist() == [0] * 5
