"""Representations of structures: what each keeps, what it is blind to, and how they compare."""

import numpy as np
import pytest
from ase import Atoms
from ase.neighborlist import neighbor_list

from spinlens.atoms import (
    equivalent_cells,
    fingerprints,
    images,
    points,
    published_crystals,
    representations,
    representations_scores,
    tetris_separation,
)
from spinlens.atoms.moments import Sample
from spinlens.calculations.published import Published
from spinlens.crystal.formulas import reduced
from spinlens.report import result_tables

PAIRS = [(a, b) for a in ("Ti", "V", "Mn", "Fe") for b in ("Cr", "Co", "Ni")]
MOMENTS = {"Ti": 1.0, "V": 2.0, "Cr": 3.0, "Mn": 4.0, "Fe": 5.0, "Co": 2.0, "Ni": 1.0}
SETTINGS = {
    "scalars": 8, "layers": 1, "batch": 4, "learning_rate": 0.02, "cutoff": 3.5,
    "neighbours": 24, "members": 1, "steps": 2, "seed": 0,
}  # fmt: skip
ALIKE = sorted(equivalent_cells.ALIKE)


def layer(first, second):
    """Two metals of a honeycomb and two tellurium atoms at places of no symmetry."""
    cell = [[4, 0, 0], [-2, 2 * 3**0.5, 0], [0, 0, 12]]
    places = [[1 / 3, 2 / 3, 0.5], [2 / 3, 1 / 3, 0.5], [0.1, 0.03, 0.62], [0.75, 0.86, 0.39]]
    return Atoms([first, second, "Te", "Te"], scaled_positions=places, cell=cell, pbc=True)


def crystals():
    structures = [layer(*pair) for pair in PAIRS]
    known = [Published("FM", MOMENTS[a] + MOMENTS[b], 4) for a, b in PAIRS]
    compositions = [reduced(each.get_chemical_symbols()) for each in structures]
    names = list(map("".join, PAIRS))
    return published_crystals.Crystals(
        names, structures, compositions, list(map("-".join, PAIRS)), known
    )


ELEMENTS = points.elements_of(crystals().structures)


def environment(structure):
    """Which elements are how far from which, sorted: the same of two descriptions of a crystal."""
    first, second, distance = neighbor_list("ijd", structure, 5.0)
    symbols = np.array(structure.get_chemical_symbols())
    return sorted(zip(symbols[first], symbols[second], distance.round(6), strict=True))


def trained(kind, **settings):
    own = kind(ELEMENTS, SETTINGS | settings)
    own.fit([Sample(each, 1.0 + i, 1) for i, each in enumerate(crystals().structures)])
    return own


@pytest.mark.parametrize("way", ALIKE)
def test_a_crystal_described_again_is_the_same_but_for_a_mirror(way):
    before = layer("Fe", "Cr")
    after = equivalent_cells.ALIKE[way](before, 3)
    assert environment(after) == environment(before)
    assert after.get_volume() == pytest.approx(before.get_volume())
    assert np.linalg.det(after.cell.array) > 0
    assert np.abs(after.cell.array - before.cell.array).max() > 0.1
    vectors = [neighbor_list("D", each, 5.0) for each in (before, after)]
    same = all(np.abs(vectors[1] - one).sum(axis=1).min() < 1e-6 for one in vectors[0])
    assert same == (way in ("cell_turned", "other_cell"))


def test_a_rearranged_crystal_has_the_composition_and_other_neighbours():
    plain, other = equivalent_cells.rearranged(layer("Fe", "Cr"), ["Fe", "Cr"])
    assert plain.symbols.formula.count() == other.symbols.formula.count()
    assert environment(plain) != environment(other) and len(plain) == 8
    assert environment(plain)[::2] == environment(layer("Fe", "Cr"))
    with pytest.raises(ValueError, match="no one atom of Co"):
        equivalent_cells.rearranged(layer("Fe", "Cr"), ["Co", "Cr"])


def test_compositions_and_texts_do_not_see_arrangements_that_a_power_spectrum_sees():
    both = equivalent_cells.rearranged(layer("Fe", "Cr"), ["Fe", "Cr"])
    assert len(set(fingerprints.texts(both))) == 1
    rows = fingerprints.compositions(both, ELEMENTS)
    assert np.ptp(rows, axis=0).max() == 0
    assert np.ptp(fingerprints.compositions([layer("Fe", "Cr"), layer("Fe", "Co")], ELEMENTS)) > 0
    spectra = fingerprints.power_spectra(both, ELEMENTS, 4.5)
    assert np.ptp(spectra, axis=0).max() > 0.01 * np.abs(spectra).max()


@pytest.mark.parametrize("way", ALIKE)
def test_power_spectra_know_neither_rotation_nor_cell_nor_hand(way):
    before = layer("Fe", "Cr")
    pair = [before, equivalent_cells.ALIKE[way](before, 1)]
    spectra = fingerprints.power_spectra(pair, ELEMENTS, 4.5)
    assert spectra[1] == pytest.approx(spectra[0], rel=1e-4, abs=1e-5)
    moved = before.copy()
    moved.positions[2] += 0.2
    (other,) = fingerprints.power_spectra([moved], ELEMENTS, 4.5)
    assert other != pytest.approx(spectra[0], rel=1e-4, abs=1e-5)


def test_images_are_gaussians_of_height_one_that_repeat_with_the_cell():
    lone = Atoms("Te", scaled_positions=[[0.25, 0.5, 0.5]], cell=[6, 6, 7], pbc=True)
    (image,) = images.images([lone], ["Te"], (12, 12, 14))
    assert image.shape == (12, 12, 14, 8)
    assert image[3, 6, 7, 0] == image[..., 0].max() == pytest.approx(1, abs=0.01)
    assert image[4, 6, 7, 0] == pytest.approx(np.exp(-0.5 * (0.5 / images.WIDTH) ** 2), abs=0.01)
    integral = image[..., 0].sum() * 0.5**3
    assert integral == pytest.approx((2 * np.pi * images.WIDTH**2) ** 1.5, rel=1e-4)
    own = layer("Fe", "Cr")
    (single,) = images.images([own], ELEMENTS, (8, 8, 10))
    (double,) = images.images([own.repeat((2, 1, 1))], ELEMENTS, (16, 8, 10))
    assert double == pytest.approx(np.tile(single, (2, 1, 1, 1)), abs=1e-4)


def test_images_turn_with_the_cell_and_are_others_of_another_cell():
    own = layer("Fe", "Cr")
    ways = ["rotated", "cell_turned", "other_cell", "mirrored"]
    again = [equivalent_cells.ALIKE[way](own, 1) for way in ways]
    first, rotated, *others = images.images([own, *again], ELEMENTS, (8, 8, 10))
    assert rotated == pytest.approx(first, abs=1e-4)
    assert all(np.abs(other - first).max() > 0.3 for other in others)


@pytest.mark.parametrize("kind", [representations.Graph, representations.Points])
def test_networks_on_points_say_the_same_of_a_crystal_however_it_is_described(kind):
    own, before = trained(kind), layer("Fe", "Cr")
    again = [way(before, 1) for way in equivalent_cells.ALIKE.values()]
    said = own.predict([before, *again])
    assert said == pytest.approx(np.full(5, said[0]), abs=1e-5)
    plain, other = own.predict(list(equivalent_cells.rearranged(before, ["Fe", "Cr"])))
    assert plain == pytest.approx(said[0], abs=1e-5) and abs(other - plain) > 1e-4


def test_a_network_on_an_image_says_something_else_of_another_cell():
    own, before = trained(representations.Image), layer("Fe", "Cr")
    again = [way(before, 1) for way in equivalent_cells.ALIKE.values()]
    said = own.predict([before, *again])
    changes = dict(zip(equivalent_cells.ALIKE, np.abs(said[1:] - said[0]), strict=True))
    assert changes.pop("rotated") < 1e-4 and min(changes.values()) > 1e-3
    plain, other = own.predict(list(equivalent_cells.rearranged(before, ["Fe", "Cr"])))
    assert plain == pytest.approx(said[0], abs=1e-3) and abs(other - plain) > 1e-3


def test_a_graph_does_not_see_the_angle_that_points_see():
    """Two bonds of 2.5 Å, straight and at 120°, their ends beyond each other's cutoff."""
    ends = ([-2.5, 0, 0], [-1.25, 2.5 * 0.75**0.5, 0])
    both = [Atoms(["Te", "Fe", "Cr"], [[0, 0, 0], [2.5, 0, 0], end]) for end in ends]
    changes = {}
    for kind in (representations.Graph, representations.Points):
        changes[kind.name] = np.ptp(trained(kind, cutoff=4.2, neighbours=40).predict(both))
    assert changes["graph"] < 2e-6 and changes["points"] > 2e-5


def test_what_is_told_apart_before_anything_is_learned():
    found = {
        name: tuple(own[kind]["told"] for kind in ("angles", "mirror_images"))
        for name, own in tetris_separation.measure().items()
    }
    assert found == {
        "none": ("no", "no"),
        "fingerprint: composition": ("no", "no"),
        "fingerprint: electrons": ("no", "no"),
        "fingerprint: SOAP": ("yes", "no"),
        "string": ("no", "no"),
        "graph": ("no", "no"),
        "image": ("as turned", "as turned"),
        "points": ("yes", "yes"),
    }


def test_representations_are_measured_on_the_same_folds_beside_none():
    own = crystals()
    rows, measured = representations_scores.measure(own, SETTINGS, 3, report=lambda _: None)
    by_name = {row["representation"]: row for row in rows}
    assert list(by_name) == list(representations_scores.CANNOT)
    assert len({tuple(row) for row in rows}) == 1 and all(row["cannot_express"] for row in rows)
    truth = np.array([each.moment for each in own.published])
    folds = published_crystals.folds(own, 3, False, SETTINGS["seed"])
    off = [np.abs(truth[held] - truth[kept].mean()).sum() for kept, held in folds]
    assert by_name["none"]["mae_random_muB"] == pytest.approx(sum(off) / len(truth), abs=1e-4)
    assert by_name["none"]["beats_none_random"] == "no"
    assert by_name["fingerprint: composition"]["mae_random_muB"] < by_name["none"]["mae_random_muB"]
    low, high = measured["intervals"]["none"]["random"]["mae"]
    assert low < by_name["none"]["mae_random_muB"] < high
    sizes = [by_name[name]["bytes_of_a_structure"] for name in ("points", "graph", "image")]
    assert sizes[0] == 4 * 16 + 36 and sizes == sorted(sizes)
    assert by_name["image"]["bytes_of_a_structure"] == 4 * 8 * 8 * 8 * 10
    arrangements = {name: row["tells_arrangements"] for name, row in by_name.items()}
    blind = {"none", "fingerprint: composition", "fingerprint: electrons", "string"}
    assert {name for name, told in arrangements.items() if told == "no"} == blind
    page = result_tables.representations([{k: str(v) for k, v in row.items()} for row in rows])
    assert page.count("<tr>") == 1 + len(result_tables.REPRESENTATIONS) and "cannot express" in page
    assert {*result_tables.REPRESENTATIONS, "representation"} == set(rows[0])


def test_more_folds_than_crystals_are_one_line():
    with pytest.raises(ValueError, match="12 published crystals, fewer than 20 folds"):
        representations_scores.measure(crystals(), SETTINGS, 20)
