"""Densities moved from the nearest composition, and by principal components."""

import numpy as np
import pytest

import small_densities
from small_crystals import PAIRS
from spinlens.atoms import density_baselines
from spinlens.density import grids

SAMPLES = [small_densities.sample(pair) for pair in PAIRS]


def total(field, sample):
    return grids.integral(field, sample.lattice)


def test_a_known_composition_has_its_own_density():
    (found,) = density_baselines.nearest_composition(SAMPLES, [SAMPLES[3]])
    assert found == pytest.approx(SAMPLES[3].magnetization, abs=1e-6)
    (other,) = density_baselines.nearest_composition(SAMPLES[:3], [SAMPLES[3]])
    assert np.abs(other - found).max() > 0.01


@pytest.mark.parametrize("name", density_baselines.BASELINES)
def test_moments_move_with_the_density_to_another_cell_and_grid(name):
    larger = SAMPLES[3].structure.copy()
    larger.set_cell(larger.cell * 1.1, scale_atoms=True)
    asked = SAMPLES[3]._replace(structure=larger, magnetization=np.zeros((14, 14, 36), "float32"))
    (found,) = density_baselines.BASELINES[name](SAMPLES, [asked])
    assert found.shape == (14, 14, 36)
    assert total(found, asked) == pytest.approx(
        total(SAMPLES[3].magnetization, SAMPLES[3]), rel=0.05
    )


def test_components_tell_compositions_apart():
    known, asked = SAMPLES[:9], SAMPLES[9:]
    found = density_baselines.principal_components(known, asked)
    errors = [
        np.abs(own - each.magnetization).mean() / np.abs(each.magnetization).mean()
        for own, each in zip(found, asked, strict=True)
    ]
    mean = np.mean([each.magnetization for each in known], axis=0)
    of_mean = np.mean([
        np.abs(mean - each.magnetization).mean() / np.abs(each.magnetization).mean()
        for each in asked
    ])  # fmt: skip
    assert 0 < np.mean(errors) < of_mean
