"""Points are moved, substituted and removed until their code fits."""

import numpy as np
import pytest

from small_autoencoder import VOCABULARY, codes, some, untrained_encoder
from spinlens.atoms import autoencoder, code_fitting
from spinlens.atoms.motifs import largest_deviation


@pytest.fixture(scope="module")
def encoder():
    return untrained_encoder()


def fitted_from(encoder, start, own):
    """Points of a code, from what is wrong of them."""
    possible = np.tile(np.arange(autoencoder.CANDIDATES, dtype="int32"), (len(start.symbols), 1))
    species = np.array([VOCABULARY.index(symbol) for symbol in start.symbols], "int32")
    peaks = autoencoder.Peaks(start.positions, np.ones(len(species)), possible.copy())
    for row, symbol in enumerate(species):
        rest = possible[row][possible[row] != symbol]
        peaks.symbols[row] = [symbol, *rest]
    return code_fitting.fit_points(encoder, codes(encoder, [own]), [peaks])[0]


def test_points_are_moved_renamed_and_left_out_until_the_code_fits(encoder):
    own = some()[3]
    rng = np.random.default_rng(0)
    symbols = list(own.symbols)
    symbols[1] = "F" if symbols[1] != "F" else "C"
    wrong = own._replace(
        symbols=[*symbols, "H"],
        positions=np.concatenate(
            [own.positions + rng.normal(0, 0.06, own.positions.shape), [[0.0, 0.3, 2.4]]]
        ),
    )
    found = fitted_from(encoder, wrong, own)
    truth = [VOCABULARY.index(symbol) for symbol in own.symbols]
    assert largest_deviation(found.species, found.positions, truth, own.positions) < 0.02
    assert found.mismatch < 0.01
    # What has nothing to do with the code does not come to fit it.
    water = some()[2]._replace(positions=some()[2].positions + 1.5)
    assert fitted_from(encoder, water, own).mismatch > 0.05
