"""The pair family: isotropic filters on the two-point correlation, as a network of the sweep."""

from itertools import product

import keras
import numpy as np
import pytest
from keras import ops
from scipy.stats import special_ortho_group

from hyperparameters import hyperparameters
from spinlens.core.errors import SpinlensError
from spinlens.filters.kernels import steerable_dataset
from spinlens.layers.pair.filters import BasisCorrelations, PairFilters
from spinlens.models import FIRST_CONVOLUTION, cost
from spinlens.models.build import build, first_kernel
from spinlens.settings import sizes

CELL = (12, 12, 14)
LATTICE = np.array([[5.0, 0, 0], [-2.4, 4.4, 0], [0.3, 0.2, 6]])
POINT = hyperparameters(
    family="pair", channels="signed", filters=3, convolutions=[], dense=[4], cutoff=5.0,
    radial_functions=4,
)  # fmt: skip


def density(seed=0, cell=CELL, shift=0.0):
    """A smooth density of no symmetry on any grid, (1, a, b, c, 1)."""
    drawn = np.random.default_rng(seed)
    waves = np.array(list(product(range(-2, 3), repeat=3)))
    amplitudes = drawn.normal(size=len(waves)) + 1j * drawn.normal(size=len(waves))
    x = np.stack(np.meshgrid(*[np.arange(n) / n for n in cell], indexing="ij"), -1) - shift
    field = (np.exp(2j * np.pi * (x @ waves.T)) @ amplitudes).real / 5
    return field[None, ..., None].astype("float32")


def difference(found, expected):
    return np.abs(np.asarray(found) / np.asarray(expected) - 1).max()


@pytest.fixture
def layer():
    keras.utils.set_random_seed(0)
    filters, correlations = PairFilters(3, 5.0, 4), BasisCorrelations(5.0, 4)

    def outputs(fields, lattice):
        return filters(correlations(fields, lattice))

    outputs.filters = filters
    return outputs


def test_outputs_depend_on_nothing_but_the_crystal(layer):
    before = layer(density(), LATTICE[None])
    turned = LATTICE @ special_ortho_group.rvs(3, random_state=1).T
    assert difference(layer(density(), turned[None]), before) < 1e-4
    assert difference(layer(density(shift=0.037), LATTICE[None]), before) < 1e-4
    assert difference(layer(density(cell=(15, 14, 16)), LATTICE[None]), before) < 1e-4
    double = np.diag([2, 1, 1]) @ LATTICE
    twice = np.concatenate([density(), density()], axis=1)
    assert difference(layer(twice, double[None]), before) < 1e-4
    assert (ops.convert_to_numpy(layer(-density(), LATTICE[None])) == np.array(before)).all()
    # Negative controls.
    assert difference(layer(density(), 1.02 * LATTICE[None]), before) > 1e-2
    assert difference(layer(density(seed=1), LATTICE[None]), before) > 1e-2


def test_the_filters_are_those_of_real_space(layer):
    field = density()[0, ..., 0].astype(float)
    found = ops.convert_to_numpy(layer(density(), LATTICE[None]))[0]
    shifts, weights = (
        np.array(list(product(range(-3, 4), repeat=3))),
        np.array(layer.filters.kernel)[:, 0],
    )
    total = np.zeros(3)
    for apart in np.ndindex(field.shape):
        pairs = np.mean(field * np.roll(field, apart, axis=(0, 1, 2)))
        away = np.linalg.norm((np.array(apart) / field.shape + shifts) @ LATTICE, axis=1)
        total += pairs * layer.filters.basis.functions(0, away).sum(axis=0) @ weights
    total *= abs(np.linalg.det(LATTICE)) / field.size / np.sqrt(4 * np.pi)
    assert found == pytest.approx(total, rel=1e-3, abs=1e-4 * np.abs(total).max())
    assert np.abs(found / total[::-1] - 1).max() > 0.1  # negative control: another filter


def test_it_is_built_trained_saved_and_exported_as_the_others(tmp_path):
    keras.utils.set_random_seed(1)
    model = build(POINT, (*CELL, 1), 2)
    fields = np.concatenate([(1 + i % 2) * density(i) for i in range(8)])
    given, truth = [fields, np.stack([LATTICE] * 8).astype("float32")], np.arange(8) % 2
    before = np.array(first_kernel(model).weights["0e", 0, "0e"])
    model.fit(given, truth, epochs=3, batch_size=4, verbose=0)
    assert np.abs(first_kernel(model).weights["0e", 0, "0e"] - before).max() > 1e-4
    model.save(tmp_path / "model.keras")
    again = keras.models.load_model(tmp_path / "model.keras")
    expected = model.predict(given, verbose=0)
    np.testing.assert_allclose(again.predict(given, verbose=0), expected, rtol=1e-4)
    assert again.get_layer(FIRST_CONVOLUTION).coefficients().basis.cutoff == 5.0
    kernel = first_kernel(model)
    steps = LATTICE / np.array(CELL)[:, None]
    exported = steerable_dataset(kernel, kernel, "signed", steps)
    assert exported.sizes["filter"] == 3 and set(exported["degree"].values) == {0}


def test_what_it_cannot_take_is_refused():
    sizes.check(POINT, CELL)
    for changes in ({"channels": "vector"}, {"convolutions": [2]}):
        with pytest.raises(SpinlensError, match="family: pair takes scalar channels"):
            sizes.check(POINT | changes, CELL)
    with pytest.raises(SpinlensError, match="family: pair has filters in space"):
        sizes.check(POINT | {"dimensions": 2}, CELL)


def test_its_cost_is_counted():
    model = build(POINT, (*CELL, 1), 2)
    predicted = cost.predict(POINT, CELL, 10)
    assert predicted.weights_mb == pytest.approx(4 * model.count_params() / 1e6, rel=0.3)
    assert (
        predicted.epoch_gflop < cost.predict(POINT | {"family": "steerable"}, CELL, 10).epoch_gflop
    )
