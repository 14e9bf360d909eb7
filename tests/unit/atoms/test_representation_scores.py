"""Representations compared on the same folds."""

import numpy as np
import pytest

from small_crystals import LAYER_SETTINGS, layers
from spinlens.atoms import representation_scores, structure_sets
from spinlens.core.errors import SpinlensError
from spinlens.report import result_tables


@pytest.mark.slow
def test_representations_are_compared_on_the_same_folds_beside_none():
    own = layers()
    rows, measured = representation_scores.compare(own, LAYER_SETTINGS, 3, report=lambda _: None)
    by_name = {row["representation"]: row for row in rows}
    assert list(by_name) == list(representation_scores.LIMITS)
    assert len({tuple(row) for row in rows}) == 1 and all(row["cannot_express"] for row in rows)
    truth = np.array([each.moment for each in own.published])
    folds = structure_sets.folds(own, 3, False, LAYER_SETTINGS["seed"])
    off = [np.abs(truth[held] - truth[kept].mean()).sum() for kept, held in folds]
    assert by_name["none"]["mae_random_muB"] == pytest.approx(sum(off) / len(truth), abs=1e-4)
    assert by_name["none"]["beats_none_random"] == "no"
    assert by_name["fingerprint: composition"]["mae_random_muB"] < by_name["none"]["mae_random_muB"]
    low, high = measured["intervals"]["none"]["random"]["mae"]
    assert low < by_name["none"]["mae_random_muB"] < high
    sizes = [by_name[name]["bytes_of_a_structure"] for name in ("points", "graph", "image")]
    assert sizes[0] == 4 * 16 + 36 and sizes == sorted(sizes)
    assert by_name["image"]["bytes_of_a_structure"] == 4 * 8 * 8 * 8 * 10
    arrangements = {name: row["distinguishes_arrangements"] for name, row in by_name.items()}
    blind = {"none", "fingerprint: composition", "fingerprint: electrons", "string"}
    assert {name for name, told in arrangements.items() if told == "no"} == blind
    page = result_tables.representations([{k: str(v) for k, v in row.items()} for row in rows])
    assert page.count("<tr>") == 1 + len(result_tables.REPRESENTATIONS) and "cannot express" in page
    assert {*result_tables.REPRESENTATIONS, "representation"} == set(rows[0])


def test_more_folds_than_crystals_are_one_line():
    with pytest.raises(SpinlensError, match="12 published crystals, fewer than 20 folds"):
        representation_scores.compare(layers(), LAYER_SETTINGS, 20)
