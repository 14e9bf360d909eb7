"""Moments from structure alone: inputs, and what an ensemble learns."""

import keras
import numpy as np
import pytest

from small_crystals import METALS, SETTINGS, salt, salts
from spinlens.atoms import moment_scores, moments
from spinlens.crystal import d_electrons


def test_tabled_properties_are_standardised():
    table = moments.element_table([*METALS, "S", "Te"])
    assert np.isfinite(table).all() and table.shape[0] == 8
    assert table.mean(axis=0) == pytest.approx(np.zeros(table.shape[1]), abs=1e-9)
    assert set(table.std(axis=0).round(6)) <= {0.0, 1.0}


def test_what_a_network_is_given_has_the_electrons_of_every_atom():
    structures = [salt("Cr", "Te"), salt("Fe", "S")]
    elements = ["S", "Cr", "Fe", "Te"]
    given = moments.network_inputs(structures, elements, SETTINGS)
    assert given["electrons"] == pytest.approx(d_electrons.inputs(structures))
    keras.utils.set_random_seed(0)
    model = moments.network(moments.element_table(elements), SETTINGS)
    said = model.predict(given, verbose=0)
    changed = given | {"electrons": given["electrons"] + 1}
    assert np.abs(model.predict(changed, verbose=0) - said).max(axis=1).min() > 0.01


@pytest.mark.slow
def test_an_ensemble_learns_moments_and_orders_and_not_from_nothing():
    own = salts()
    samples = moment_scores.samples(own)
    elements = sorted({symbol for s in own.structures for symbol in s.get_chemical_symbols()})
    training = [i for i in range(18) if i % 3 != i // 3 % 3]  # each metal twice
    validation = sorted(set(range(18)) - set(training))
    truth = np.array([samples[i].moment for i in validation])
    ensemble = moments.Ensemble(elements, SETTINGS).train([samples[i] for i in training])
    structures = [own.structures[i] for i in validation]
    said, share = ensemble.predict(structures)
    assert said.shape == share.shape == (1, 6)
    assert np.abs(said[0] - truth).mean() < 0.5
    assert ((share[0] > 0.5) == (truth <= 3)).mean() > 0.8
    turned = structures[0].copy()
    turned.rotate(50, (1, 2, 3), rotate_cell=True)
    assert ensemble.predict([turned])[0] == pytest.approx(said[:, :1], abs=1e-4)
    dealt = [samples[i]._replace(moment=samples[17 - i].moment) for i in training]
    wrong, _ = ensemble.train(dealt).predict(structures)
    assert np.abs(wrong[0] - truth).mean() > 0.7
    again, _ = ensemble.train([samples[i] for i in training]).predict(structures)
    assert np.abs(again - said).mean() < 0.3  # nothing is kept of what was learned in between
