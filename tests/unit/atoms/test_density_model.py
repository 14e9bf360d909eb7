"""Densities from structure turn, move and reverse as crystals and their moments do."""

import numpy as np
import pytest
from ase.build import make_supercell

import small_densities
from small_crystals import ELEMENTS
from small_densities import BASIS, SETTINGS, STRUCTURES, VALENCE
from spinlens.atoms import charge_model
from spinlens.atoms.charge_model import ChargeModel
from spinlens.atoms.density_model import DensityModel, model_settings
from spinlens.layers.equivariant import atomic_density

pytestmark = pytest.mark.slow
GRID = (36, 36, 96)  # holds the waves of all cells below
UP = np.array([1.0, 1, 0, 0])
FERRI = np.array([1.0, -1, 0, 0])
FIRST = STRUCTURES[0]
SAME = 1e-5


@pytest.fixture(scope="module", params=[DensityModel, ChargeModel])
def model(request):
    """Of enlarged weights, so that every degree counts; that of spin was trained a few steps."""
    samples, electrons = small_densities.prepared(2), {s: float(VALENCE[s]) for s in ELEMENTS}
    made = request.param(ELEMENTS, SETTINGS | {"members": 1, "electrons": electrons})
    if request.param is DensityModel:
        made.train(samples)
    else:
        made.atoms.fit(charge_model.prepare(samples))
        made._forms(charge_model.prepare(samples))
        made.weights = [made._of_member(0).get_weights()]
    random = np.random.default_rng(0)
    made.weights = [[w + 0.1 * random.normal(size=w.shape) for w in own] for own in made.weights]
    return made


def density(model, structure, directions, grid=GRID):
    coefficients = model.predict([structure], [directions])[0].mean(axis=0)
    positions = structure.get_scaled_positions(wrap=False)
    return atomic_density.assemble(BASIS, coefficients, positions, structure.cell.array, grid)


@pytest.fixture(scope="module")
def plain(model):
    return density(model, FIRST, FERRI)


def apart(one, other):
    return np.abs(one - other).max() / np.abs(other).max()


def test_the_network_says_more_than_superposed_atoms(model):
    own = model.predict([FIRST], [FERRI])[0]
    assert own.shape == (1, 4, *BASIS.shape)
    assert np.abs(own[:, :, 1:]).max() > 0.01


def test_a_rotated_crystal_has_the_rotated_density(model, plain):
    turned = FIRST.copy()
    turned.rotate(50, (1, 2, 3), rotate_cell=True)
    assert apart(density(model, turned, FERRI), plain) < SAME
    only_atoms = FIRST.copy()
    only_atoms.rotate(50, (1, 2, 3))
    assert apart(density(model, only_atoms, FERRI), plain) > 0.1


def test_a_mirrored_crystal_has_the_mirrored_density(model, plain):
    mirrored = FIRST.copy()
    mirrored.set_cell(FIRST.cell.array * [1, 1, -1], scale_atoms=True)
    assert apart(density(model, mirrored, FERRI), plain) < SAME


def test_it_moves_by_part_of_a_voxel(model, plain):
    moved, shift = FIRST.copy(), np.array([0.37, 0.21, 0.45]) / GRID
    moved.set_scaled_positions(FIRST.get_scaled_positions(wrap=False) + shift)
    waves = np.stack(np.meshgrid(*(np.fft.fftfreq(n, 1 / n) for n in GRID), indexing="ij"), -1)
    expected = np.fft.ifftn(np.fft.fftn(plain) * np.exp(-2j * np.pi * waves @ shift)).real
    assert apart(density(model, moved, FERRI), expected) < SAME
    assert apart(plain, expected) > 0.01


def test_it_is_that_of_any_cell_of_the_crystal(model, plain):
    matrix = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1]])
    sheared = make_supercell(FIRST, matrix, wrap=False)
    first, second, third = np.meshgrid(*map(np.arange, GRID), indexing="ij")
    expected = plain[(first + second) % GRID[0], second, third]
    found = density(model, sheared, FERRI)
    assert apart(found, expected) < SAME < 0.01 < apart(found, plain)


def test_it_is_that_of_the_doubled_cell(model, plain):
    doubled = make_supercell(FIRST, np.diag([2, 1, 1]), order="cell-major")
    found = density(model, doubled, np.tile(FERRI, 2), (72, 36, 96))
    assert apart(found, np.tile(plain, (2, 1, 1))) < SAME
    other_order = density(model, doubled, np.concatenate([FERRI, -FERRI]), (72, 36, 96))
    assert apart(other_order, np.tile(plain, (2, 1, 1))) > 0.01


def test_m_turns_over_with_all_directions_and_the_charge_stays(model, plain):
    reversed_ = density(model, FIRST, -FERRI)
    sign = 1 if model.even else -1
    assert apart(reversed_, sign * plain) < SAME
    assert apart(reversed_, -sign * plain) > 0.1
    assert apart(density(model, FIRST, UP), sign * plain) > 0.01


def test_the_electrons_of_a_charge_are_counted_exactly(model, plain):
    if model.even:
        total = plain.mean() * FIRST.get_volume()
        assert total == pytest.approx(sum(VALENCE[s] for s in FIRST.symbols), abs=1e-9)


def test_a_saved_model_predicts_the_same(model, tmp_path):
    model.save(tmp_path / "model.pickle.gz")
    again = type(model).load(tmp_path / "model.pickle.gz")
    asked = [FIRST, STRUCTURES[7]], [UP, FERRI]
    found, expected = again.predict(*asked), model.predict(*asked)
    for one, other in zip(found, expected, strict=True):
        assert apart(one, other) < SAME
    assert apart(found[0], expected[1]) > 0.1


def test_the_settings_are_those_of_the_config():
    config = {"geometry_crystal_cutoff": 3.5, "density_members": 4, "density_steps": 7}
    made = model_settings(config | {"geometry_seed": 2}, STRUCTURES)
    assert made["neighbours"] == SETTINGS["neighbours"]
    assert [made[name] for name in ("members", "steps", "seed", "cutoff")] == [4, 7, 2, 3.5]
