"""Cross-validation of predicted moments beside baselines, and the ranking of unknown crystals."""

import numpy as np
import pytest

from small_crystals import SETTINGS, salt, salts
from spinlens.atoms import moment_scores, moments, structure_sets
from spinlens.calculations.published import Published
from spinlens.core.errors import SpinlensError


@pytest.mark.slow
def test_scores_stand_beside_those_of_baselines_on_the_same_folds():
    found, rows = moment_scores.cross_validate(
        salts(), SETTINGS | {"steps": 2}, 3, report=lambda _: None
    )
    assert len(rows) == 18 and np.isfinite([row["grouped_moment_muB"] for row in rows]).all()
    assert set(found["baselines"]) == {"trees", "trees_on_electrons", "mean"}
    for scores in (found, found["combined"], *found["baselines"].values()):
        assert {"mae_random", "mae_grouped", "ground_state_random"} <= set(scores)
    assert found["baselines"]["trees"]["mae_random"] < found["baselines"]["mean"]["mae_random"]
    error = np.mean([abs(r["random_moment_muB"] - r["published_moment_muB"]) for r in rows])
    assert found["mae_random"] == pytest.approx(error, abs=1e-3)
    trees = found["baselines"]["trees_on_electrons"]["mae_random"]
    assert trees < found["combined"]["mae_random"] < found["mae_random"]


def test_orders_are_alike_where_the_moment_is_and_the_order_is_not():
    own = salts()
    assert moment_scores.indistinguishable_orders(own) == {"siblings": 18, "neither": 0}
    first = own.published[0]
    for moment, neither in ((first.moment + 0.05, 3), (first.moment + 0.5, 0)):
        own.published[0] = Published("AFM", moment, 2)
        assert moment_scores.indistinguishable_orders(own)["neither"] == neither
    own.groups[0] = "another"
    assert moment_scores.indistinguishable_orders(own) == {"siblings": 17, "neither": 0}


def test_more_folds_than_crystals_are_one_line():
    with pytest.raises(SpinlensError, match="18 published crystals, fewer than 20 folds"):
        moment_scores.cross_validate(salts(), SETTINGS, 20)


def test_without_a_published_crystal_there_are_settings_and_then_one_line():
    none = salts().select([])
    config = {"geometry_crystal_cutoff": 3.0, "screen_steps": 1, "geometry_seed": 0}
    settings = moments.network_settings(config, none.structures, members=1)
    with pytest.raises(SpinlensError, match="0 published crystals, fewer than 10 folds"):
        moment_scores.cross_validate(none, settings)


def test_a_screen_with_nothing_to_learn_from_is_one_line():
    with pytest.raises(SpinlensError, match="names none that was published"):
        moment_scores.rank_unknown(salts(published=False), set(), SETTINGS)


@pytest.mark.slow
def test_a_screen_ranks_what_is_neither_published_nor_computed():
    own = salts()
    for i in (2, 5, 8):
        own.published[i] = None
    own.structures.append(salt("Os", "Te"))
    more = ("OsTe", own.structures.pop(), "OsTe", "Os", None)
    own = structure_sets.Crystals(*([*k, m] for k, m in zip(own, more, strict=True)))
    settings = SETTINGS | {"steps": 2, "members": 2}
    rows = moment_scores.rank_unknown(own, {own.compositions[5]}, settings, report=lambda _: None)
    assert [row["rank"] for row in rows] == [1, 2, 3]
    assert {row["structure"] for row in rows} == {"TiTe", "CrTe", "OsTe"}
    assert rows[-1]["structure"] == "OsTe" and rows[-1]["unseen_elements"] == "Os"
    first, second = (row["optimistic_moment_muB"] for row in rows[:2])
    assert first >= second and all(row["deviation_muB"] > 0 for row in rows)
    assert tuple(rows[0]) == moment_scores.SCREEN_COLUMNS
    nothing = own.select([0, 1])
    assert moment_scores.rank_unknown(nothing, set(), settings) == []
