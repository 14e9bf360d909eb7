"""Points of structures, layers from them, and how far points are from others."""

import ase.io
import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from paths import ROOT
from spinlens.atoms import motifs
from spinlens.atoms.motifs import largest_deviation
from spinlens.core.errors import SpinlensError

TURN = Rotation.from_euler("zyx", [0.7, -1.1, 2.0]).as_matrix()
PARENT = ROOT / "resources" / "structures" / "Cr2Ge2Te6.vasp"


def test_a_layer_and_its_motif_are_the_same_crystal():
    crystal = ase.io.read(PARENT)
    motif = motifs.rotate(motifs.of_crystal("parent", crystal), TURN)
    assert len(motif.symbols) == 14 and motif.symbols.count(motifs.CELL) == 4
    assert motif.positions.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-6)
    back = motifs.to_atoms(motif)
    expected = np.sort(crystal.get_all_distances(mic=True).ravel())
    assert np.sort(back.get_all_distances(mic=True).ravel()) == pytest.approx(expected, abs=1e-6)
    assert back.cell.angles()[2] == pytest.approx(120)
    tips = motif.positions.copy()
    tips[-1] += 1.0
    with pytest.raises(SpinlensError, match="not opposite"):
        motifs.to_atoms(motif._replace(positions=tips))
    with pytest.raises(SpinlensError, match="3 tips"):
        motifs.to_atoms(motif._replace(symbols=motif.symbols[:-1], positions=motif.positions[:-1]))


def test_points_are_compared_one_to_one_by_name():
    places = np.array([(0.0, 0, 0), (1, 0, 0), (0, 2, 0)])
    assert largest_deviation([1, 2, 2], places, [2, 1, 2], places[[1, 0, 2]]) == 0
    assert largest_deviation([1, 2, 2], places + 0.05, [1, 2, 2], places) == pytest.approx(
        0.05 * 3**0.5
    )
    assert largest_deviation([2, 1, 2], places, [1, 2, 2], places) == pytest.approx(1)
    assert largest_deviation([1, 1, 2], places, [1, 2, 2], places) is None
    assert largest_deviation([1, 2], places[:2], [1, 2, 2], places) is None
