"""A wrong key, type or range is one line that names the key."""

import math

import pytest
import yaml

from paths import ROOT
from spinlens.core.errors import SpinlensError
from spinlens.settings import hyperparameters, validation


@pytest.fixture
def config():
    return yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))


def test_the_config_that_is_shipped_is_valid(config):
    validation.check(config)


def test_schema_config_and_library_name_the_same_keys(config):
    schema = validation.schema()
    assert set(config) == set(schema["properties"])
    assert tuple(schema["$defs"]["hyperparameters"]) == hyperparameters.EVERY_NAME


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"filtrs": 3}, "config: filtrs is not a key, did you mean filters?"),
        ({"filters": 0}, "config: filters is 0, it must be a whole number of at least 1"),
        ({"filters": "3"}, "config: filters is '3', it must be a whole number"),
        ({"filters": True}, "config: filters is True, it must be a whole number"),
        ({"epochs": 1e3}, "config: epochs is 1000.0, it must be a whole number of at least 1"),
        ({"grid": [60.0, 60, 60]}, "config: grid[0] is 60.0, it must be a whole number of at le"),
        ({"grid": [60, 60]}, "config: grid is [60, 60], it must be three whole numbers"),
        ({"grid": [60, 60, 0]}, "config: grid"),
        ({"kernel_size": [4, 4]}, "config: kernel_size is [4, 4], it must be a whole number"),
        ({"train_fraction": 1.0}, "config: train_fraction is 1.0, it must be a number between"),
        ({"optimizer": "sdg"}, "config: optimizer is 'sdg', it must be sgd or adam"),
        (
            {"threshold": "mode"},
            "config: threshold is 'mode', it must be a number, mean, median or mixture",
        ),
        ({"window": -3}, "config: window is -3, it must be a length in Å above 0, or null"),
        ({"zarr_from_gb": -1}, "config: zarr_from_gb is -1, it must be a size in GB of at least 0"),
        ({"gpus": -1}, "config: gpus is -1, it must be auto, or a whole number"),
        ({"results": "a{b}"}, "config: results is 'a{b}', it must be a path, without braces"),
        ({"sweep": {"filtres": [1]}}, "config: sweep.filtres is not a key, did you mean filters?"),
        ({"sweep": {"filters": 3}}, "config: sweep.filters is 3, it must be a list of values"),
        ({"sweep": {"filters": [2, 0]}}, "config: sweep.filters is 0, it must be a whole number"),
        ({"points": [{"epochs": -5}]}, "config: points[0].epochs is -5, it must be a whole number"),
        (
            {"points": [{}, {"speed": 1}]},
            "config: points[1].speed is not a key, did you mean seed?",
        ),
        ({"evidence_points": 3}, "config: evidence_points is 3, it must be a list of points"),
        (
            {"evidence_points": [{}, {"permutation": 19}]},
            "config: evidence_points[1].permutation is not a key",
        ),
        (
            {"evidence_points": [{"permutations": -1}]},
            "config: evidence_points[0].permutations is -1, it must be a whole number",
        ),
        (
            {"evidence_points": [{"nested": 1}]},
            "config: evidence_points[0].nested is 1, it must be true or false",
        ),
        (
            {"evidence_choices": []},
            "config: evidence_choices is [], it must be a list of at least one mapping",
        ),
        (
            {"evidence_choices": [{}, {"learning_rat": 1}]},
            "config: evidence_choices[1].learning_rat is not a key, did you mean learning_rate?",
        ),
        (
            {"evidence_choices": [{"epochs": 0}]},
            "config: evidence_choices[0].epochs is 0, it must be a whole number",
        ),
        (
            {"evidence_choices": [{"permutations": 3}]},
            "config: evidence_choices[0].permutations is not a key",
        ),
        ({"even": "yes"}, "config: even is 'yes', it must be true or false"),
        (
            {"evidence_points": [{"head": "mean"}]},
            "config: evidence_points[0].head is 'mean', it must be flatten or global",
        ),
        ({"evidence_splits": []}, "config: evidence_splits is [], it must be a list of splits"),
        ({"evidence_splits": None}, "config: evidence_splits is None, it must be a list of splits"),
        (
            {"evidence_splits": [{"folds": 1, "repeats": 1, "group": "formula"}]},
            "config: evidence_splits[0].folds is 1, it must be a whole number of at least 2",
        ),
        (
            {"evidence_splits": [{"folds": 5, "repeats": 3}]},
            "config: evidence_splits[0]: 'group' is missing",
        ),
        ({"channels": "spins"}, "config: channels is 'spins', it must be parts, signed, vector,"),
        ({"normalization": "unit"}, "config: normalization is 'unit', it must be none, dataset,"),
        ({"boundary": "open"}, "config: boundary is 'open', it must be valid or periodic"),
        ({"classes": 1}, "config: classes is 1, it must be threshold, labels, regression"),
        (
            {"classes": "bins"},
            "config: classes is 'bins', it must be threshold, labels, regression",
        ),
        ({"input_grid": [4, 4]}, "config: input_grid is [4, 4], it must be three whole numbers"),
        ({"isosurface": 0}, "config: isosurface is 0, it must be a number above 0, or null"),
        ({"sweep_mode": "all"}, "config: sweep_mode is 'all', it must be one_at_a_time, grid"),
        ({"select": "FM"}, "config: select is 'FM', it must be labels"),
        ({"select": {"X": None}}, "config: select.X is None, it must be a value, or a list"),
        ({"grid": [0, 60, 60]}, "config: grid[0] is 0, it must be a whole number of at least 1"),
        (
            {"evidence_splits": [{"folds": 5, "repeats": 3, "group": "formula", "sedes": 2}]},
            "config: evidence_splits[0].sedes is not a key, did you mean seeds?",
        ),
        ({"orders": ["FM", "FM"]}, "config: orders is ['FM', 'FM'], it must be a list of differe"),
        ({"starting_moments": {"cr": 1}}, "config: starting_moments has the key 'cr', not the sy"),
        ({"geometry_train_atoms": [10, 3]}, "config: geometry_train_atoms goes down, from 10 to"),
        ({"points": [{"name": "a/b"}]}, "config: points[0].name is 'a/b', it must be at most 80"),
        ({"points": [{"name": "a" * 81}]}, "config: points[0].name is 'aaa"),
        ({"learning_rate": math.nan}, "config: learning_rate is nan, it must be a number above 0"),
        ({"learning_rate": math.inf}, "config: learning_rate is inf, it must be a number above 0"),
        ({"threshold": math.nan}, "config: threshold is nan, it must be a number, mean, median"),
        ({"window": math.inf}, "config: window is inf, it must be a length in Å above 0, or nu"),
        ({"classes": [1, math.nan]}, "config: classes[1] is nan, it must be a number"),
        ({"moment_axis": [0, math.nan, 1]}, "config: moment_axis[1] is nan, it must be a number"),
        ({"sweep": {"momentum": [0, math.nan]}}, "config: sweep.momentum is nan, it must be a nu"),
        ({"points": [{"cutoff": math.inf}]}, "config: points[0].cutoff is inf, it must be a len"),
        (
            {"sweep": {"momentum": {"from": 0, "to": math.inf}}},
            "config: sweep.momentum.to is inf, it must be a number, or the name",
        ),
    ],
)
def test_a_fault_is_one_line_that_names_the_key(config, change, expected):
    with pytest.raises(SpinlensError) as fault:
        validation.check(config | change)
    assert str(fault.value).startswith(expected)
    assert "\n" not in str(fault.value)


@pytest.mark.parametrize(
    "key", ["sweep", "points", "evidence_points", "select", "labels", "window"]
)
def test_null_is_allowed_where_nothing_is_wanted(config, key):
    validation.check(config | {key: None})


def test_text_of_the_command_line_becomes_what_it_spells():
    given = {
        "select": {"U": "2", "X": "Te"},
        "sweep": {"learning_rate": ["0.1", "1e-3", "1"]},
        "window": "null",
        "dense": [],
        "results": "2018",
        "labels": "null",
        "filters": 3,
        "reference": "12",
    }
    assert validation.typed(given) == {
        "select": {"U": 2, "X": "Te"}, "sweep": {"learning_rate": [0.1, 0.001, 1]},
        "window": None, "dense": [], "results": "2018", "labels": None, "filters": 3,
        "reference": "12",
    }  # fmt: skip


@pytest.mark.parametrize("key", ["grid", "pattern", "sweep", "screen_steps"])
def test_a_missing_key_is_named(config, key):
    del config[key]
    with pytest.raises(SpinlensError, match=f"config: '{key}' is missing"):
        validation.check(config)
