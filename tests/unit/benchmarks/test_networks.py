"""The networks that are measured: equal where they must be, and as large as they are said to be."""

import numpy as np
import pytest

from spinlens.benchmarks import convolution, networks, synthetic
from spinlens.settings import sizes

CELL = (6, 6, 8)


def test_both_networks_give_the_same_and_different_weights_do_not():
    cells, _ = synthetic.noise(2, CELL)
    direct, periodic = networks.direct(3, CELL), networks.periodic(3, CELL)
    expected = direct.predict(synthetic.tiles(cells), verbose=0)
    np.testing.assert_allclose(periodic.predict(cells, verbose=0), expected, atol=1e-4)
    periodic.set_weights([-weight for weight in periodic.get_weights()])
    assert not np.allclose(periodic.predict(cells, verbose=0), expected, atol=1e-2)


def test_crystals_differ_and_the_grid_resolves_the_filters():
    crystals, classes = networks.crystals(3, (4, 4, 6))
    assert crystals[0].shape == (4, 4, 6, 1) and len(classes) == 3
    assert len(np.unique(crystals.lattices[:, 0, 0])) == 3
    sizes.require_resolved(networks.STEERABLE, convolution.COARSE, crystals.lattices)
    with pytest.raises(ValueError, match="too coarse"):
        sizes.require_resolved(networks.STEERABLE, (6, 6, 12), crystals.lattices)
