"""Formulas, descriptors, power spectra and images: what each keeps, and what it cannot see."""

import numpy as np
import pytest
from ase import Atoms

from small_crystals import ELEMENTS, layer
from spinlens.atoms import fingerprints, sensitivity

EQUIVALENT = sorted(sensitivity.EQUIVALENT)


def test_compositions_and_texts_do_not_see_arrangements_that_a_power_spectrum_sees():
    both = sensitivity.rearrange(layer("Fe", "Cr"), ["Fe", "Cr"])
    assert len(set(fingerprints.formulas(both))) == 1
    rows = fingerprints.composition_descriptors(both, ELEMENTS)
    assert np.ptp(rows, axis=0).max() == 0
    assert (
        np.ptp(
            fingerprints.composition_descriptors([layer("Fe", "Cr"), layer("Fe", "Co")], ELEMENTS)
        )
        > 0
    )
    spectra = fingerprints.power_spectra(both, ELEMENTS, 4.5)
    assert np.ptp(spectra, axis=0).max() > 0.01 * np.abs(spectra).max()


@pytest.mark.parametrize("way", EQUIVALENT)
def test_power_spectra_know_neither_rotation_nor_cell_nor_hand(way):
    before = layer("Fe", "Cr")
    pair = [before, sensitivity.EQUIVALENT[way](before, 1)]
    spectra = fingerprints.power_spectra(pair, ELEMENTS, 4.5)
    assert spectra[1] == pytest.approx(spectra[0], rel=1e-4, abs=1e-5)
    moved = before.copy()
    moved.positions[2] += 0.2
    (other,) = fingerprints.power_spectra([moved], ELEMENTS, 4.5)
    assert other != pytest.approx(spectra[0], rel=1e-4, abs=1e-5)


def test_images_are_gaussians_of_height_one_that_repeat_with_the_cell():
    lone = Atoms("Te", scaled_positions=[[0.25, 0.5, 0.5]], cell=[6, 6, 7], pbc=True)
    (image,) = fingerprints.images([lone], ["Te"], (12, 12, 14))
    assert image.shape == (12, 12, 14, 8)
    assert image[3, 6, 7, 0] == image[..., 0].max() == pytest.approx(1, abs=0.01)
    assert image[4, 6, 7, 0] == pytest.approx(
        np.exp(-0.5 * (0.5 / fingerprints.WIDTH) ** 2), abs=0.01
    )
    integral = image[..., 0].sum() * 0.5**3
    assert integral == pytest.approx((2 * np.pi * fingerprints.WIDTH**2) ** 1.5, rel=1e-4)
    own = layer("Fe", "Cr")
    (single,) = fingerprints.images([own], ELEMENTS, (8, 8, 10))
    (double,) = fingerprints.images([own.repeat((2, 1, 1))], ELEMENTS, (16, 8, 10))
    assert double == pytest.approx(np.tile(single, (2, 1, 1, 1)), abs=1e-4)


def test_images_turn_with_the_cell_and_are_others_of_another_cell():
    own = layer("Fe", "Cr")
    ways = ["rotated", "cell_turned", "other_cell", "mirrored"]
    again = [sensitivity.EQUIVALENT[way](own, 1) for way in ways]
    first, rotated, *others = fingerprints.images([own, *again], ELEMENTS, (8, 8, 10))
    assert rotated == pytest.approx(first, abs=1e-4)
    assert all(np.abs(other - first).max() > 0.3 for other in others)
