"""Errors of predicted spin densities: folds, measures and intervals."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr

import small_densities
from small_crystals import PAIRS
from spinlens.atoms import density_files, density_model, density_scores
from spinlens.core.errors import SpinlensError
from spinlens.density import grids

SAMPLES = [small_densities.sample(pair) for pair in PAIRS]


def test_folds_keep_compositions_and_groups_together():
    found = density_scores.folds(SAMPLES)
    for name, key in (("random", "composition"), ("grouped", "group")):
        for training, validation in found[name]:
            both = [{getattr(SAMPLES[i], key) for i in part} for part in (training, validation)]
            assert not both[0] & both[1]
        validated = np.sort(np.concatenate([validation for _, validation in found[name]]))
        assert validated.tolist() == list(range(len(SAMPLES)))
    assert len(found["random"]) == 5
    assert len(found["grouped"]) == len({each.group for each in SAMPLES})


def test_too_few_compositions_are_refused():
    with pytest.raises(SpinlensError, match="4 compositions with 4 sets"):
        density_scores.folds(SAMPLES[:4])
    same = [each._replace(group="Cr") for each in SAMPLES]
    with pytest.raises(SpinlensError, match="1 sets"):
        density_scores.folds(same)


def test_the_error_is_relative_and_counts_all_space():
    truth = SAMPLES[0].magnetization
    assert density_scores.relative_error(truth, truth) == 0
    assert density_scores.relative_error(0 * truth, truth) == pytest.approx(1)
    assert density_scores.relative_error(-truth, truth) == pytest.approx(2, rel=1e-6)


def test_moments_and_signs_are_compared():
    sample = SAMPLES[0]
    total = float(grids.integral(sample.magnetization, sample.lattice))
    right = density_scores._compared(sample, sample.magnetization)
    assert right["total"] == 0 and right["sites"].tolist() == [0, 0]
    assert not right["wrong"].any() and right["total_moment"] == pytest.approx(total)
    turned = density_scores._compared(sample, -sample.magnetization)
    assert turned["total"] == pytest.approx(2 * total, rel=1e-6)
    assert turned["wrong"].all() and turned["wrong"].size > 0


def test_a_model_is_scored_on_calculations_beside_its_superposed_atoms():
    """A stand-in that knows the density, on atoms that are twice as large."""
    right = small_densities.coefficients([3.0, 1.0, -0.1, -0.1])
    atoms = SimpleNamespace(
        expected=lambda structure, directions: directions,
        coefficients=lambda structure, directions, moments: 2 * right,
    )
    model = SimpleNamespace(
        predict=lambda structures, directions: [np.array([0.5 * right, 1.5 * right])],
        outside=lambda structure, directions: ["antiparallel moments not in training"],
        atoms=atoms,
    )
    field = density_model.on_grid(right, SAMPLES[0]).astype("float32")
    [row] = density_scores.score_calculations(model, [SAMPLES[0]._replace(magnetization=field)])
    assert row["error_network"] < 1e-4 and row["site_mae_network_muB"] < 1e-3
    assert row["error_superposed_atoms"] == pytest.approx(1, abs=1e-3)
    assert row["site_mae_superposed_atoms_muB"] > 0.5
    assert row["outside"] == "antiparallel moments not in training"


def test_intervals_are_over_groups_and_a_gain_is_above_zero_where_errors_are_smaller():
    random = np.random.default_rng(0)
    errors = {m: 0.5 + 0.05 * random.random(len(SAMPLES)) for m in density_scores.METHODS}
    errors["network"] = errors["network"] - 0.3
    found = density_scores._intervals(errors, SAMPLES)
    low, high = found["error"]
    assert low < errors["network"].mean() < high < 0.3
    assert all(gain[0] > 0.2 for gain in found["gain"].values())
    worse = density_scores._intervals(errors | {"network": errors["network"] + 0.6}, SAMPLES)
    assert all(gain[1] < 0 for gain in worse["gain"].values())


def test_predictions_of_smallest_median_and_largest_error_are_kept(tmp_path):
    errors = [0.3, 0.1, 0.5]
    fields = [each.magnetization for each in SAMPLES[:3]]
    density_files.write_held_out(tmp_path, SAMPLES[:3], errors, fields.__getitem__)
    for name, i in (("smallest", 1), ("median", 0), ("largest", 2)):
        with xr.open_dataset(tmp_path / f"{name}.nc") as opened:
            assert opened.attrs["id"] == SAMPLES[i].name and opened.attrs["error"] == errors[i]
            assert opened["magnetization"].values == pytest.approx(fields[i])
