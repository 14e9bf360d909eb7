"""Charge densities from structure: superposed atoms, exact counts of electrons, the difference."""

import numpy as np
import pytest

import small_densities
from small_crystals import ELEMENTS
from small_densities import BASIS, SETTINGS, VALENCE
from spinlens.atoms import charge_model, density_model, density_network, density_scores
from spinlens.atoms.charge_model import ChargeModel, SuperposedCharges
from spinlens.atoms.density_model import DensityModel
from spinlens.density import grids, site_moments

PREPARED = charge_model.prepare(small_densities.prepared(6))
FIRST = PREPARED[0]
SAMPLE = FIRST.sample
ELECTRONS = {symbol: float(VALENCE[symbol]) for symbol in ELEMENTS}


def electrons(field):
    return grids.integral(field, SAMPLE.lattice)


@pytest.fixture(scope="module")
def model():
    """Not trained: only its atoms and its radial functions are fitted."""
    made = ChargeModel(ELEMENTS, SETTINGS | {"electrons": ELECTRONS})
    made.atoms.fit(PREPARED)
    made._forms(PREPARED)
    return made


def test_valence_electrons_are_counted_with_shells_of_the_core():
    assert charge_model.valence_electrons(PREPARED) == {
        symbol: VALENCE[symbol] for symbol in ("Ti", "V", "Cr", "Co", "Ni", "Te")
    }
    plus = np.zeros(BASIS.shape)  # 8 more electrons on Cr, as of 3s and 3p
    plus[0] = 8 * np.linalg.inv(BASIS.mixing[0])[3]
    plus[0] /= np.linalg.inv(BASIS.mixing[0])[3] @ BASIS.integrals[0]
    with_shell = []
    for each in PREPARED:
        own = np.zeros((4, *BASIS.shape))
        own[np.array(each.sample.structure.get_chemical_symbols()) == "Cr"] = plus
        charge = each.sample.charge + density_model.on_grid(own, each.sample)
        spin = each._replace(sample=each.sample._replace(charge=charge, quantity="magnetization"))
        with_shell += charge_model.prepare([spin])
    assert charge_model.valence_electrons(with_shell)["Cr"] == VALENCE["Cr"] + 8


def test_charged_cells_take_the_nearest_numbers_that_add_up():
    charged = [each._replace(moments=each.moments - np.eye(5)[0]) for each in PREPARED]
    found = charge_model.valence_electrons(charged)
    for each in charged:
        own = [found[symbol] for symbol in each.sample.structure.get_chemical_symbols()]
        assert sum(own) == pytest.approx(each.moments[0], abs=1e-4)
    assert found["Te"] < VALENCE["Te"]


def test_atoms_are_spheres_with_their_electrons(model):
    own = model.atoms.coefficients(SAMPLE.structure)
    assert np.abs(own[:, 1:]).max() == 0
    counted = own[:, 0] @ BASIS.integrals[0]
    assert counted == pytest.approx([VALENCE[s] for s in SAMPLE.structure.symbols], abs=1e-9)
    field = density_model.on_grid(own, SAMPLE)
    assert density_scores.relative_error(field, SAMPLE.charge) < 0.25
    wrong = density_model.on_grid(own[[2, 3, 0, 1]], SAMPLE)
    assert density_scores.relative_error(wrong, SAMPLE.charge) > 0.33


def test_an_element_that_was_not_fitted_resembles_its_neighbours():
    atoms = SuperposedCharges(ELECTRONS).fit(PREPARED)
    manganese, chromium, tellurium = (atoms.shapes[s] for s in ("Mn", "Cr", "Te"))
    assert manganese @ BASIS.integrals[0] == pytest.approx(7)
    assert np.abs(manganese - chromium).max() < np.abs(manganese - tellurium).max()


def test_of_neighbours_those_with_as_many_core_electrons_are_nearest():
    atoms = SuperposedCharges(ELECTRONS | {"Mn": 15.0}).fit(PREPARED)
    atoms.electrons |= {"V": 13.0, "Ti": 12.0}
    shapes = atoms.fit(PREPARED).shapes
    own, metals = shapes["Mn"] / 15, {s: shapes[s] / atoms.electrons[s] for s in ("V", "Cr", "Ti")}
    apart = {symbol: np.abs(own - each).max() for symbol, each in metals.items()}
    assert min(apart["V"], apart["Ti"]) < apart["Cr"]


def test_planted_charges_come_back(model):
    """Coefficients fitted to the difference, in the place of a network's, make the density."""
    own = charge_model._difference(FIRST, model.atoms).coefficients
    atoms = model.atoms.coefficients(SAMPLE.structure)
    error = density_scores.relative_error(density_model.on_grid(own + atoms, SAMPLE), SAMPLE.charge)
    alone = density_scores.relative_error(density_model.on_grid(atoms, SAMPLE), SAMPLE.charge)
    assert error < 0.01 and alone > 0.1


def test_errors_are_those_on_the_grid_without_what_is_taken_off(model):
    forms = model._forms([FIRST])
    given = np.random.default_rng(0).normal(size=(4, *model.axes.shape[::2])) * 0.1
    made = float(density_network.loss(forms, given.reshape(1, -1).astype("float32"))[0]) ** 2
    full = np.einsum("cnk,ack->acn", model.axes, given)
    counted = full.copy()
    step = model.axes[0] @ model._integrals
    counted[:, 0] -= (full[:, 0] @ BASIS.integrals[0]).mean() * step / (step @ BASIS.integrals[0])
    atoms = model.atoms.coefficients(SAMPLE.structure)
    errors = [_squared_error(density_model.on_grid(own + atoms, SAMPLE)) for own in (counted, full)]
    scale = electrons((density_model.on_grid(atoms, SAMPLE) - SAMPLE.charge) ** 2)
    assert made == pytest.approx(errors[0] / scale, rel=1e-3)
    assert made != pytest.approx(errors[1] / scale, rel=1e-2)


def _squared_error(field):
    difference = field - SAMPLE.charge.astype(float)
    spheres = site_moments.in_spheres(difference, SAMPLE.lattice, SAMPLE.positions)
    return electrons(difference**2) + 0.05 * ((spheres**2).sum() + electrons(difference) ** 2)


def test_baselines_are_scaled_to_the_electrons_of_the_cell(model):
    assert electrons(model.with_electrons(0.9 * SAMPLE.charge, SAMPLE)) == pytest.approx(22)


def test_a_saved_model_of_spin_holds_that_of_the_charge(model, tmp_path):
    spin = DensityModel(ELEMENTS, SETTINGS)
    spin.charge = model
    spin.save(tmp_path / "model.pickle.gz")
    again = DensityModel.load(tmp_path / "model.pickle.gz").charge
    assert isinstance(again, ChargeModel) and again.settings == model.settings
    found = again.atoms.coefficients(SAMPLE.structure)
    assert np.array_equal(found, model.atoms.coefficients(SAMPLE.structure))
    DensityModel(ELEMENTS, SETTINGS).save(tmp_path / "alone.pickle.gz")
    assert DensityModel.load(tmp_path / "alone.pickle.gz").charge is None


def test_without_charge_densities_nothing_is_learned():
    samples = small_densities.prepared(2)
    bare = samples[1]._replace(sample=samples[1].sample._replace(charge=None))
    lines = []
    assert charge_model.prepare([samples[0], bare], lines.append) == []
    assert lines == [f"the charge density is not learned: {bare.sample.name} has none"]


def test_charges_are_scored_by_electrons_of_all_sites():
    scores = density_scores._compared(SAMPLE, 0.9 * SAMPLE.charge)
    assert scores["error"] == pytest.approx(0.1, rel=1e-4) and scores["wrong"] is None
    assert scores["total"] == pytest.approx(2.2, rel=1e-4) and len(scores["sites"]) == 4
    found = density_scores._site_scores([scores])
    assert found["total_mae_e"] == 2.2 and 0 < found["site_mae_e"] < 0.6
