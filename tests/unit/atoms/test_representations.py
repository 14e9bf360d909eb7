"""Predictions for equivalent crystals, and for others, by the representation."""

import numpy as np
import pytest
from ase import Atoms

from small_crystals import ELEMENTS, LAYER_SETTINGS, layer, layers
from spinlens.atoms import representations, sensitivity
from spinlens.atoms.moments import Sample


def trained(kind, **settings):
    own = kind(ELEMENTS, LAYER_SETTINGS | settings)
    own.fit([Sample(each, 1.0 + i, 1) for i, each in enumerate(layers().structures)])
    return own


@pytest.mark.parametrize("kind", [representations.Graph, representations.Points])
def test_networks_on_points_predict_the_same_for_equivalent_cells(kind):
    own, before = trained(kind), layer("Fe", "Cr")
    again = [way(before, 1) for way in sensitivity.EQUIVALENT.values()]
    said = own.predict([before, *again])
    assert said == pytest.approx(np.full(5, said[0]), abs=1e-5)
    plain, other = own.predict(list(sensitivity.rearrange(before, ["Fe", "Cr"])))
    assert plain == pytest.approx(said[0], abs=1e-5) and abs(other - plain) > 1e-4


@pytest.mark.slow
def test_a_network_on_images_predicts_another_moment_for_another_cell():
    own, before = trained(representations.Image), layer("Fe", "Cr")
    again = [way(before, 1) for way in sensitivity.EQUIVALENT.values()]
    said = own.predict([before, *again])
    changes = dict(zip(sensitivity.EQUIVALENT, np.abs(said[1:] - said[0]), strict=True))
    assert changes.pop("rotated") < 1e-4 and min(changes.values()) > 1e-3
    plain, other = own.predict(list(sensitivity.rearrange(before, ["Fe", "Cr"])))
    assert plain == pytest.approx(said[0], abs=1e-3) and abs(other - plain) > 1e-3


@pytest.mark.slow
def test_a_graph_does_not_see_the_angle_that_points_see():
    """Two bonds of 2.5 Å, straight and at 120°, their ends beyond each other's cutoff."""
    ends = ([-2.5, 0, 0], [-1.25, 2.5 * 0.75**0.5, 0])
    both = [Atoms(["Te", "Fe", "Cr"], [[0, 0, 0], [2.5, 0, 0], end]) for end in ends]
    changes = {}
    for kind in (representations.Graph, representations.Points):
        changes[kind.name] = np.ptp(trained(kind, cutoff=4.2, neighbours=40).predict(both))
    assert changes["graph"] < 2e-6 and changes["points"] > 2e-5
