"""Pair correlations: what they are in real space, what leaves them as they are, their gradients."""

from itertools import product

import keras
import numpy as np
import pytest
from keras import ops
from scipy.stats import special_ortho_group

from spinlens.layers.fourier.transforms import BACKEND
from spinlens.layers.pair import correlation, gaussian_shells
from spinlens.layers.pair.correlation import PairCorrelation, correlations

OBLIQUE = np.array([[5.0, 0, 0], [-2.4, 4.4, 0], [0.3, 0.2, 7]])
CELL = (12, 12, 16)
SHELLS = {"start": 2.0, "cutoff": 6.0, "count": 4}
# JAX computes with 32 bits unless it is told otherwise before it starts.
EXACT = 1e-6 if BACKEND == "tensorflow" else 1e-5


def density(cell=CELL, seed=0, shift=(0, 0, 0), lattice=OBLIQUE):
    """A smooth density of no symmetry: the same function on any grid, moved by `shift`."""
    drawn = np.random.default_rng(seed)
    waves = np.array(list(product(range(-3, 4), repeat=3)))
    amplitudes = drawn.normal(size=len(waves)) + 1j * drawn.normal(size=len(waves))
    k = np.linalg.norm(waves @ (2 * np.pi * np.linalg.inv(lattice).T), axis=1)
    amplitudes = amplitudes * np.exp(-0.5 * (0.5 * k) ** 2)
    x = np.stack(np.meshgrid(*[np.arange(n) / n for n in cell], indexing="ij"), -1) - shift
    return (np.exp(2j * np.pi * (x @ waves.T)) @ amplitudes).real


def difference(found, expected):
    """Largest difference relative to the value itself."""
    return np.abs(np.asarray(found) / expected - 1).max()


def direct_sum(field, lattice, reach=3):
    """Σ over pairs of voxels and their images, (1 + count,)."""
    centres, widths = correlation.shells_with_self(**SHELLS)
    shifts = np.array(list(product(range(-reach, reach + 1), repeat=3)))
    total = np.zeros(len(centres))
    for apart in np.ndindex(field.shape):
        pairs = np.sum(field * np.roll(field, apart, axis=(0, 1, 2)))
        distance = np.linalg.norm((np.array(apart) / field.shape + shifts) @ lattice, axis=1)
        total += pairs * gaussian_shells.functions(distance, centres, widths).sum(axis=0)
    return total * (abs(np.linalg.det(lattice)) / field.size) ** 2


def test_the_layer_is_the_sum_over_all_pairs_of_voxels_and_their_images():
    field = density()
    found = correlations(field, OBLIQUE, **SHELLS)
    assert difference(found, direct_sum(field, OBLIQUE)) < 1e-5
    # Negative control: without images.
    assert difference(found, direct_sum(field, OBLIQUE, reach=0)) > 0.01


def test_one_transform_serves_all_wave_numbers_to_a_millionth():
    field, (centres, widths) = density(), correlation.shells_with_self(**SHELLS)
    miller = np.stack(np.meshgrid(*[np.fft.fftfreq(n, 1 / n) for n in CELL], indexing="ij"), -1)
    k = np.linalg.norm(miller @ (2 * np.pi * np.linalg.inv(OBLIQUE).T), axis=-1)
    power = np.abs(np.fft.fftn(field, norm="forward")) ** 2
    spectra = gaussian_shells.spectra(k, centres, widths)
    expected = abs(np.linalg.det(OBLIQUE)) * np.einsum("abc,abcn->n", power, spectra)
    assert difference(correlations(field, OBLIQUE, **SHELLS), expected) < EXACT


def test_nothing_depends_on_orientation_cell_grid_or_origin():
    before = correlations(density(), OBLIQUE, **SHELLS)
    turn = special_ortho_group.rvs(3, random_state=4)
    assert difference(correlations(density(), OBLIQUE @ turn.T, **SHELLS), before) < 1e-5
    moved = density(shift=(0.37 / CELL[0], 0.61 / CELL[1], -0.2 / CELL[2]))
    assert difference(correlations(moved, OBLIQUE, **SHELLS), before) < 1e-5
    finer = density((15, 14, 18))
    assert difference(correlations(finer, OBLIQUE, **SHELLS), before) < 1e-5
    # The vectors a + b and b: the voxel at (x, y, z) of them is that at (x, x + y, z) before.
    i, j = np.meshgrid(np.arange(CELL[0]), np.arange(CELL[1]), indexing="ij")
    sheared = density()[i, (i + j) % CELL[1]]
    other = np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1]]) @ OBLIQUE
    assert difference(correlations(sheared, other, **SHELLS), before) < 1e-5
    # Negative controls: the sheared voxels with the old vectors, and a crystal 1 % larger.
    assert difference(correlations(sheared, OBLIQUE, **SHELLS), before) > 1e-3
    assert difference(correlations(density(), 1.01 * OBLIQUE, **SHELLS), before) > 1e-3


def test_a_supercell_has_its_number_of_cells_times_as_much():
    field = density()
    double = np.concatenate([field, field]), np.diag([2, 1, 1]) @ OBLIQUE
    once, twice = correlations(field, OBLIQUE, **SHELLS), correlations(*double, **SHELLS)
    assert difference(twice, 2 * once) < 1e-5
    layer = PairCorrelation(**SHELLS, per_volume=True)
    values = [
        ops.convert_to_numpy(layer(f[None, ..., None], lattice[None]))[0]
        for f, lattice in ((field, OBLIQUE), double)
    ]
    assert difference(values[1], values[0]) < 1e-4
    assert difference(values[0] * np.linalg.det(OBLIQUE), once) < 1e-4


def test_the_reversed_magnetization_has_exactly_the_same():
    field = density()
    assert (correlations(-field, OBLIQUE) == correlations(field, OBLIQUE)).all()
    # Negative control: a reversal of half of the cell.
    half = field * np.where(np.arange(CELL[2]) < 8, 1, -1)
    assert difference(correlations(half, OBLIQUE), correlations(field, OBLIQUE)) > 0.1


def test_a_vector_gives_the_scalar_product():
    fields = np.stack([density(seed=seed) for seed in range(3)])
    each = sum(correlations(field, OBLIQUE, **SHELLS) for field in fields)
    assert difference(correlations(fields, OBLIQUE, **SHELLS), each) < 1e-5
    axis = np.array([0.6, 0.0, 0.8])  # a collinear one in any direction
    along = axis[:, None, None, None] * fields[0]
    expected = correlations(fields[0], OBLIQUE, **SHELLS)
    assert difference(correlations(along, OBLIQUE, **SHELLS), expected) < 1e-5


def gradients(layer, field, lattice):
    """Of Σ_n (n + 1) C_n by the field and by the radii and widths of the functions."""
    weights = np.arange(1.0, 2 + layer.count)

    def value(field, centres, widths):
        layer.centres.assign(centres)
        layer.widths.assign(widths)
        return ops.sum(layer(field, lattice) * weights)

    if BACKEND == "jax":
        import jax

        def stateless(field, own):
            found, _ = layer.stateless_call(own, [], field, lattice)
            return ops.sum(found * weights)

        own = [variable.value for variable in layer.trainable_variables]
        return jax.grad(stateless, (0, 1))(ops.convert_to_tensor(field), own), value
    import tensorflow as tf

    with tf.GradientTape() as tape:
        given = tf.convert_to_tensor(field)
        tape.watch(given)
        total = ops.sum(layer(given, lattice) * weights)
    own = [variable.value for variable in layer.trainable_variables]
    return tape.gradient(total, (given, own)), value


def test_gradients_by_the_density_and_by_the_radial_functions():
    layer = PairCorrelation(**SHELLS, trainable=True, dtype="float64")
    field, lattice = density((8, 8, 8))[None, ..., None], OBLIQUE[None]
    layer(field, lattice)
    (by_field, by_functions), value = gradients(layer, field, lattice)
    centres, widths = (ops.convert_to_numpy(v) for v in (layer.centres, layer.widths))
    drawn = np.random.default_rng(1)
    step = 1e-5 if BACKEND == "tensorflow" else 1e-2
    for index, found in enumerate((by_field, *by_functions)):
        found = ops.convert_to_numpy(found)
        direction = drawn.normal(size=found.shape)
        if index == 1:
            direction[0] = 0.0  # a shell of radius 0 has no gradient by its radius
        ends = []
        for sign in (1, -1):
            given = [field, centres, widths]
            given[index] = given[index] + sign * step * direction
            ends.append(float(value(*given)))
        slope = (ends[0] - ends[1]) / (2 * step)
        assert np.vdot(found, direction) == pytest.approx(slope, rel=1e-4 if step < 1e-3 else 0.02)
        assert abs(slope) > 1e-3 * abs(ends[0]) / np.sqrt(
            found.size
        )  # a gradient of 0 says nothing


def test_a_saved_layer_gives_the_same(tmp_path):
    inputs = keras.Input((*CELL, 1)), keras.Input((3, 3))
    model = keras.Model(inputs, PairCorrelation(**SHELLS)(*inputs))
    given = [np.stack([density(seed=s) for s in (0, 1)])[..., None], np.stack([OBLIQUE] * 2)]
    model.save(tmp_path / "pair.keras")
    again = keras.models.load_model(tmp_path / "pair.keras")
    assert again.layers[-1].get_config() == model.layers[-1].get_config()
    expected = model.predict(given, verbose=0)
    np.testing.assert_allclose(again.predict(given, verbose=0), expected, rtol=1e-6)
    alone = [correlations(field[..., 0], OBLIQUE, **SHELLS) for field in given[0]]
    np.testing.assert_allclose(expected, alone, rtol=1e-4)
