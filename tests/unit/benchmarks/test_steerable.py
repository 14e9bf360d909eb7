"""The steerable benchmark measures what it says; how long that takes is no test's business."""

import numpy as np
import pytest

from spinlens.benchmarks import networks, steerable
from spinlens.settings import sizes


def test_a_measurement_holds_both_epochs_and_their_ratio():
    lines = []
    found = steerable.measure(1, 0, (6, 6, 8), (5, 5, 7), 3, epochs=2, report=lines.append)
    assert len(lines) == 2 and all("steerable" in line and "voxel" in line for line in lines)
    assert found["epoch_seconds"] > 0 and found["voxel_epoch_seconds"] > 0
    ratio = found["epoch_seconds"] / found["voxel_epoch_seconds"]
    assert found["ratio"] == pytest.approx(ratio, rel=0.02)
    assert found["samples"] == 45 and found["grid"] == [5, 5, 7] and found["backend"]


def test_its_crystals_differ_and_its_grid_resolves_the_filters():
    crystals, classes = networks.crystals(3, (4, 4, 6))
    assert crystals[0].shape == (4, 4, 6, 1) and len(classes) == 3
    assert len(np.unique(crystals.lattices[:, 0, 0])) == 3
    sizes.require_resolved(networks.STEERABLE, steerable.COARSE, crystals.lattices)
    with pytest.raises(ValueError, match="too coarse"):
        sizes.require_resolved(networks.STEERABLE, (6, 6, 12), crystals.lattices)
