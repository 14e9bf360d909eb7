"""Sweep points and the names that spell them."""

import pandas as pd
import pytest
from snakemake.utils import Paramspace

from spinlens import sweep

BASE = dict.fromkeys(sweep.HYPERPARAMETERS, 1) | {"learning_rate": 100, "filters": 3}


def config(**keys):
    return BASE | {"sweep": None, "sweep_mode": "one_at_a_time", "points": None} | keys


def test_one_at_a_time_varies_each_alone_and_keeps_the_base_once():
    points = sweep.points(config(sweep={"filters": [2, 3, 4], "learning_rate": [1, 100]}))
    pairs = [(point["filters"], point["learning_rate"]) for point in points]
    assert pairs == [(3, 100), (2, 100), (4, 100), (3, 1)]


def test_the_base_is_a_point_even_where_no_list_holds_its_value():
    points = sweep.points(config(sweep={"filters": [2, 4]}))
    assert [point["filters"] for point in points] == [3, 2, 4]


def test_a_grid_takes_all_combinations():
    keys = {"filters": [2, 3], "learning_rate": [1, 10]}
    points = sweep.points(config(sweep=keys, sweep_mode="grid"))
    assert len(points) == 4
    with pytest.raises(ValueError, match="sweep_mode"):
        sweep.points(config(sweep=keys, sweep_mode="spiral"))


def test_points_beside_the_sweep_override_the_base():
    beside = [{"filters": 8, "dense": [16]}]
    points = sweep.points(config(sweep={"filters": [2]}, points=beside))
    assert [(p["filters"], p["dense"]) for p in points] == [(3, 1), (2, 1), (8, [16])]


def test_points_alone_are_an_explicit_list():
    points = sweep.points(config(points=[{"filters": 8}, {"filters": 9}]))
    assert [point["filters"] for point in points] == [8, 9]


def test_names_spell_only_what_differs():
    points = sweep.points(config(sweep={"filters": [2, 3]}, points=[{"dense": [8, 16]}]))
    space = Paramspace(pd.DataFrame(sweep.swept_columns(points), dtype=str), filename_params="*")
    assert list(space.instance_patterns) == [
        "filters~3_dense~1", "filters~2_dense~1", "filters~3_dense~8-16",
    ]  # fmt: skip


def test_a_single_point_is_named_by_its_seed():
    assert sweep.swept_columns(sweep.points(config())) == [{"seed": "1"}]


@pytest.mark.parametrize(
    ("value", "name"),
    [(40, "40"), (0.001, "0.001"), (1e-7, "1e-07"), (0.1234567891, "0.1234567891"),
     ([], "none"), (None, "none"), ([8, 16], "8-16"), ("adam", "adam"), (10000.0, "10000")],
)  # fmt: skip
def test_values_are_spelled_without_loss(value, name):
    assert sweep.spelled(value) == name
