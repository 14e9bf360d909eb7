"""Steerable convolutions: what they are in real space, and that they turn, shift and rescale as
a crystal does."""

from itertools import product

import keras
import numpy as np
import pytest
from keras import ops
from scipy.stats import special_ortho_group

from hyperparameters import PERIODIC, hyperparameters
from paths import ROOT
from spinlens.calculations.charge_file import read_charge_file
from spinlens.density import grids
from spinlens.layers.equivariant.grid_convolution import SteerableConv3D
from spinlens.layers.equivariant.irreps import Irrep
from spinlens.layers.equivariant.radial_basis import RadialBasis
from spinlens.layers.equivariant.spherical_harmonics import harmonics, wigner_d
from spinlens.layers.fourier.band_limit import Bands
from spinlens.models import build

RUN = ROOT / "resources/spin_densities/CoCrGe2Te6_FM"
A, C = 6.0, 8.0
HEXAGONAL = np.array([[A, 0, 0], [-A / 2, A * 0.75**0.5, 0], [0, 0, C]])
OBLIQUE = np.array([[5.0, 0, 0], [-2.4, 4.4, 0], [0.3, 0.2, 7]])
CELL = (18, 18, 20)
POINT = hyperparameters(
    family="steerable",
    channels="signed",
    filters=3,
    convolutions=[3],
    radial_functions=3,
    inversion=False,
)
VOXEL = POINT | PERIODIC | {"family": "voxel", "kernel_size": 5}


def random(seed=0):
    return np.random.default_rng(seed)


def blobs(cell=CELL, lattice=HEXAGONAL, seed=0, width=0.7):
    """A density of a few Gaussians of either sign and of no symmetry, (1, a, b, c, 1)."""
    drawn = random(seed)
    grid = np.meshgrid(*[np.arange(n) / n for n in cell], indexing="ij")
    points, field = np.stack(grid, -1), 0.0
    images = np.array(list(product((-1, 0, 1), repeat=3)))
    for height in (1.0, 0.7, -0.5, 0.9):
        apart = points - drawn.uniform(size=3)
        away = ((apart[..., None, :] - np.rint(apart)[..., None, :] + images) @ lattice) ** 2
        field = field + height * np.exp(-away.sum(-1) / (2 * width**2)).sum(-1)
    return field[None, ..., None].astype(np.float32)


def lattices(lattice, count=1):
    return np.stack([lattice] * count).astype(np.float32)


def difference(found, expected):
    """The largest difference relative to the largest value."""
    return np.abs(np.asarray(found) - expected).max() / np.abs(expected).max()


def network(**changes):
    """Function of fields and lattices that gives the invariants of a network whose weights are
    the same each time."""
    keras.utils.set_random_seed(3)
    cell = changes.pop("cell", CELL)
    model = build.build(POINT | changes, (*cell, 1), 2)
    pooled = keras.Model(model.inputs, model.layers[-1].input)
    takes_lattice = len(model.inputs) > 1

    def invariants(field, lattice=HEXAGONAL):
        given = [field, lattices(lattice, len(field))]
        return pooled.predict(given if takes_lattice else field, verbose=0)

    return invariants


def features_of(field, lattice, cell=CELL, outputs=None):
    """Outputs of one layer whose weights are the same each time, {kind: array}."""
    keras.utils.set_random_seed(5)
    layer = SteerableConv3D(outputs or {"0e": 2, "1o": 2, "2e": 2}, 5.0, 3)
    made = layer({"0e": np.moveaxis(field, -1, 1)[:, None]}, lattices(lattice, len(field)))
    return {name: ops.convert_to_numpy(value) for name, value in made.items()}


def test_a_layer_is_the_integral_over_all_images_in_real_space():
    cell, reach = (10, 10, 14), np.array(list(product(range(-3, 4), repeat=3)))
    layer = SteerableConv3D({"0e": 2, "1o": 2, "2e": 2}, 4.0, 3, dtype="float64")
    bands, fields = Bands(cell), random().normal(size=(2, *cell))
    fields = ops.convert_to_numpy(bands.fields(bands.coefficients(fields)))
    both = np.stack([OBLIQUE, 1.03 * OBLIQUE])  # cells differ within a batch
    made = layer({"0e": fields[:, None, None]}, both)
    points = np.stack(np.meshgrid(*[np.arange(n) / n for n in cell], indexing="ij"), -1)
    for field, lattice, index in zip(fields, both, (0, 1), strict=True):
        apart = (points.reshape(-1, 1, 3) + reach) @ lattice
        distance = np.linalg.norm(apart, axis=-1)
        voxel = abs(np.linalg.det(lattice)) / np.prod(cell)
        nearest = np.argmin(distance, axis=1)
        for out, degree in (("0e", 0), ("1o", 1), ("2e", 2)):
            weights = ops.convert_to_numpy(layer.kernels["0e", degree, out])[:, 0]
            terms = layer.basis.functions(degree, distance) @ weights
            angular = harmonics(degree, apart)
            kernel = np.einsum("vif,vim->vmf", terms, angular) * voxel
            found = ops.convert_to_numpy(made[out])[index, :, :, 0, 0, 0]
            assert difference(found, np.einsum("v,vmf->mf", field.ravel(), kernel)) < 1e-4
            if degree:  # Negative control: the nearest image alone.
                rows = np.arange(len(nearest)), nearest
                kernel = np.einsum("vf,vm->vmf", terms[rows], angular[rows]) * voxel
                assert difference(found, np.einsum("v,vmf->mf", field.ravel(), kernel)) > 0.01


def test_features_turn_with_the_crystal():
    field, turn = blobs(), special_ortho_group.rvs(3, random_state=4)
    before, after = features_of(field, HEXAGONAL), features_of(field, HEXAGONAL @ turn.T)
    for name, degree in (("0e", 0), ("1o", 1), ("2e", 2)):
        expected = np.einsum("ij,bjcxyz->bicxyz", wigner_d(degree, turn), before[name])
        assert difference(after[name], expected) < 1e-5
        wrong = np.einsum("ij,bjcxyz->bicxyz", wigner_d(degree, turn.T), before[name])
        assert degree == 0 or difference(after[name], wrong) > 0.1


def in_another_cell(field):
    """The field of a crystal described by the vectors a + b and b."""
    n = field.shape[1]
    i, j = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    return field[:, i, (i + j) % n], np.array([[1, 1, 0], [0, 1, 0], [0, 0, 1]]) @ HEXAGONAL


def turned(field, times=1):
    """The field turned by 60° so many times about c, inside a hexagonal cell."""
    n = field.shape[1]
    i, j = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
    for _ in range(times):
        made = np.empty_like(field)
        made[:, (i - j) % n, i] = field[:, i, j]
        field = made
    return field


@pytest.mark.slow
def test_invariants_know_neither_the_cell_nor_the_turn():
    field, steerable, voxel = blobs(), network(), network(**VOXEL)
    moved, lattice = in_another_cell(field)
    assert difference(steerable(moved, lattice), steerable(field)) < 1e-5
    for times in (1, 2):
        assert difference(steerable(turned(field, times)), steerable(field)) < 1e-5
    assert difference(voxel(moved), voxel(field)) > 0.1
    # A turn by 60° changes the voxel network by 0.07; another crystal is told from this one.
    assert difference(steerable(blobs(seed=1)), steerable(field)) > 0.1
    assert difference(steerable(field, 1.1 * HEXAGONAL), steerable(field)) > 0.05


def shifted(field, shift):
    """A periodic field (batch, a, b, c, 1) moved by so many voxels, whole or not, by phases."""
    bands = Bands(field.shape[1:4])
    spectra = ops.convert_to_numpy(bands.coefficients(field[..., 0].astype(float)))
    phase = np.exp(-2j * np.pi * bands.frequencies @ (np.asarray(shift) / field.shape[1:4]))
    moved = (spectra[:, 0] + 1j * spectra[:, 1]) * phase
    pairs = np.stack([moved.real, moved.imag], 1)
    return ops.convert_to_numpy(bands.fields(pairs))[..., None].astype(np.float32)


@pytest.mark.slow
def test_a_shift_of_the_origin_shifts_features_and_leaves_invariants():
    field, steerable = blobs(), network()
    before = features_of(field, HEXAGONAL)
    rolled = features_of(np.roll(field, (3, -2, 7), (1, 2, 3)), HEXAGONAL)
    part = features_of(shifted(field, (0.5, 0.25, 0.3)), HEXAGONAL)
    for name in before:
        expected = np.roll(before[name], (3, -2, 7), (3, 4, 5))
        assert difference(rolled[name], expected) < 1e-5
        shape = before[name].shape
        flat = before[name].reshape(-1, *CELL)[..., None]
        expected = shifted(flat, (0.5, 0.25, 0.3)).reshape(shape)
        assert difference(part[name], expected) < 1e-5
        assert difference(part[name], before[name]) > 0.02
    whole = steerable(np.roll(field, (3, -2, 7), (1, 2, 3)))
    assert difference(whole, steerable(field)) < 1e-5
    assert difference(steerable(shifted(field, (0.5, 0.25, 0.3))), steerable(field)) < 1e-3


@pytest.fixture(scope="module")
def bundled():
    """A bundled magnetization density, μB Å⁻³ on its own grid, and its lattice."""
    stored = read_charge_file(RUN / "CHGCAR.gz", RUN)
    split = grids.split(stored.charge, stored.magnetization, stored.lattice)
    return 20 * split[1], stored.lattice


def test_the_same_weights_on_two_grids_say_the_same(bundled):
    field, lattice = bundled
    found = {}
    for grid in ((36, 36, 80), (48, 48, 96), (5, 5, 9)):
        pooled = network(cell=grid, convolutions=[], radial_functions=3, cutoff=5.0)
        resampled = grids.resample(field, grid).astype(np.float32)
        found[grid[0]] = pooled(resampled[None, ..., None], lattice)
    assert difference(found[48], found[36]) < 1e-3
    assert difference(found[5], found[36]) > 0.01  # too coarse for these filters


def mirrored(field, lattice):
    """The crystal inverted: m(-r) on the same grid and lattice."""
    flipped = field[:, ::-1, ::-1, ::-1]
    return np.roll(flipped, (1, 1, 1), (1, 2, 3)), lattice


@pytest.mark.slow
def test_inversion_is_chosen():
    """Left and right are told apart by tensor products alone, and only without `inversion`."""
    field = blobs()
    for changes, same in (
        ({"inversion": True, "filters": 2, "convolutions": [2]}, True),
        ({"inversion": False}, False),
        ({"inversion": False, "convolutions": []}, True),
    ):
        pooled = network(**changes)
        apart = difference(pooled(*mirrored(field, HEXAGONAL)), pooled(field))
        assert apart < 2e-6 if same else apart > 5e-5


def test_the_vector_m_turns_as_a_pseudovector():
    """Noncollinear: lattice and m turned together; turned alone, the lattice gives another."""
    turn, cell = special_ortho_group.rvs(3, random_state=4), (10, 10, 12)
    vector = random().normal(size=(1, 3, 1, *cell)).astype(np.float32)  # (y, z, x)
    keras.utils.set_random_seed(2)
    outputs = {"0o": 2, "0e": 2, "1e": 2, "1o": 2, "2e": 2}
    layer = SteerableConv3D(outputs, 5.0, 3)
    scalar = np.linalg.norm(vector, axis=1, keepdims=True)

    def of(vector, lattice):
        made = layer({"1e": vector, "0e": scalar}, lattices(lattice))
        return {name: ops.convert_to_numpy(value) for name, value in made.items()}

    before = of(vector, HEXAGONAL)
    both = of(np.einsum("ij,bjcxyz->bicxyz", wigner_d(1, turn), vector), HEXAGONAL @ turn.T)
    alone = of(vector, HEXAGONAL @ turn.T)
    for name in outputs:
        matrix = wigner_d(Irrep.of(name).degree, turn)
        expected = np.einsum("ij,bjcxyz->bicxyz", matrix, before[name])
        assert difference(both[name], expected) < 1e-5
        assert name == "0e" or difference(alone[name], expected) > 0.1
    # Inverted, m stays and r turns round: what is odd changes its sign.
    inverted = of(vector[..., ::-1, ::-1, ::-1], HEXAGONAL)
    for name in outputs:
        sign = Irrep.of(name).parity
        expected = sign * before[name][..., ::-1, ::-1, ::-1]
        scalar_part = name in ("0e", "1o", "2e")  # |m| was not inverted with it
        assert scalar_part or difference(inverted[name], expected) < 1e-5


def test_an_output_that_no_filter_reaches_is_refused():
    with pytest.raises(ValueError, match="no filter of degree 0 or less makes 1o"):
        features = {"0e": np.zeros((1, 1, 1, 4, 4, 4))}
        SteerableConv3D({"0e": 1, "1o": 1}, 5.0, 2, 0)(features, lattices(HEXAGONAL))


@pytest.mark.slow
def test_a_model_reloads_as_it_was(tmp_path):
    model = build.build(POINT | {"inversion": True}, (6, 6, 8, 1), 2, scale=2.0)
    model.save(tmp_path / "model.keras")
    given = [random().normal(size=(3, 6, 6, 8, 1)), lattices(HEXAGONAL, 3)]
    expected = model.predict(given, verbose=0)
    loaded = keras.models.load_model(tmp_path / "model.keras")
    assert loaded.predict(given, verbose=0) == pytest.approx(expected, abs=1e-6)
    basis, weights = build.first_kernel(loaded)
    assert weights["0e", 1, "1o"].shape == (3, 1, 3) and basis == RadialBasis(5.0, 3)
