"""Equivalent cells, rearranged sites, and pairs of shapes before anything is learned."""

import numpy as np
import pytest
from ase.neighborlist import neighbor_list

from small_crystals import layer
from spinlens.atoms import sensitivity
from spinlens.core.errors import SpinlensError

EQUIVALENT = sorted(sensitivity.EQUIVALENT)


def environment(structure):
    """Which elements are how far from which, sorted: the same of two descriptions of a crystal."""
    first, second, distance = neighbor_list("ijd", structure, 5.0)
    symbols = np.array(structure.get_chemical_symbols())
    return sorted(zip(symbols[first], symbols[second], distance.round(6), strict=True))


@pytest.mark.parametrize("way", EQUIVALENT)
def test_equivalent_cells_are_the_same_crystal_but_for_a_mirror(way):
    before = layer("Fe", "Cr")
    after = sensitivity.EQUIVALENT[way](before, 3)
    assert environment(after) == environment(before)
    assert after.get_volume() == pytest.approx(before.get_volume())
    assert np.linalg.det(after.cell.array) > 0
    assert np.abs(after.cell.array - before.cell.array).max() > 0.1
    vectors = [neighbor_list("D", each, 5.0) for each in (before, after)]
    same = all(np.abs(vectors[1] - one).sum(axis=1).min() < 1e-6 for one in vectors[0])
    assert same == (way in ("cell_turned", "other_cell"))


def test_a_rearranged_crystal_has_the_composition_and_other_neighbours():
    plain, other = sensitivity.rearrange(layer("Fe", "Cr"), ["Fe", "Cr"])
    assert plain.symbols.formula.count() == other.symbols.formula.count()
    assert environment(plain) != environment(other) and len(plain) == 8
    assert environment(plain)[::2] == environment(layer("Fe", "Cr"))
    with pytest.raises(SpinlensError, match="no one atom of Co"):
        sensitivity.rearrange(layer("Fe", "Cr"), ["Co", "Cr"])


@pytest.mark.slow
def test_pairs_of_shapes_that_are_distinguished_before_training():
    found = {
        name: tuple(own[kind]["distinguished"] for kind in ("angles", "mirror_images"))
        for name, own in sensitivity.compare_shape_pairs().items()
    }
    assert found == {
        "none": ("no", "no"),
        "fingerprint: composition": ("no", "no"),
        "fingerprint: electrons": ("no", "no"),
        "fingerprint: SOAP": ("yes", "no"),
        "string": ("no", "no"),
        "graph": ("no", "no"),
        "image": ("as rotated", "as rotated"),
        "points": ("yes", "yes"),
    }
