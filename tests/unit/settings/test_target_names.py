"""Names of targets in paths, and points that learn several."""

import re

import pytest

from spinlens.settings import hyperparameters, target_names

BASE = dict.fromkeys(hyperparameters.NAMES, 1) | {
    "target": "total_moment", "threshold": 4.0, "classes": "threshold",
}  # fmt: skip
EXCHANGE = {"target": "exchange", "classes": "regression"}
BOTH = target_names.resolved(BASE | {"targets": ["total_moment", EXCHANGE]})


def point(target="total_moment", classes="threshold", threshold=4.0):
    return {"target": target, "classes": classes, "threshold": threshold}


def test_targets_are_named_without_a_dataset():
    points = {
        "total_moment-4": point(),
        "total_moment-mixture": point(threshold="mixture"),
        "total_moment-3quantiles": point(classes=3),
        "total_moment-bins-2-4": point(classes=[2, 4.0]),
        "exchange-bins--50-0.5": point("exchange", [-50, 0.5]),
        "ground_state": point("ground_state", "labels"),
        "exchange-regression": point("exchange", "regression"),
    }
    assert [target_names.name(p) for p in points.values()] == list(points)
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in points)
    assert target_names.name(point(threshold=4.0)) != target_names.name(point(threshold=4.001))


def test_a_point_of_one_target_has_the_keys_it_always_had():
    assert target_names.resolved(BASE) == BASE
    assert target_names.resolved(BASE | {"targets": None}) == BASE
    assert list(hyperparameters.of_base(BASE | {"targets": None})) == list(hyperparameters.NAMES)
    alone = target_names.resolved(BASE | {"targets": [EXCHANGE]})
    assert alone == BASE | EXCHANGE and "targets" not in alone


def test_several_targets_are_completed_and_named():
    assert target_names.name(BOTH) == "total_moment-4+exchange-regression"
    assert BOTH["targets"] == [point(), point("exchange", "regression")]
    assert BOTH["target"] == "total_moment"
    name = hyperparameters.point_name(BOTH, BASE)
    assert name == "targets~total_moment-4+exchange-regression"
    assert hyperparameters.readable_name(name) == "targets total moment-4+exchange-regression"
    again = target_names.resolved(BOTH)
    assert again == BOTH


def test_a_target_of_a_points_own_takes_the_place_of_several():
    own = target_names.overridden(BOTH, {"target": "energy", "classes": "regression"})
    assert "targets" not in own
    assert target_names.name(own) == "energy-regression"
    assert target_names.overridden(BOTH, {"filters": 2})["targets"] == BOTH["targets"]


def test_a_target_that_stands_twice_is_refused():
    with pytest.raises(ValueError, match="targets: total_moment-4 stands twice, keep one"):
        target_names.resolved(BASE | {"targets": ["total_moment", {"target": "total_moment"}]})
    other = {"target": "total_moment", "classes": "regression"}
    target_names.resolved(BASE | {"targets": ["total_moment", other]})


def test_a_sweep_of_targets_is_varied_alone():
    points = {"one": BASE, "both": BOTH, "other": BASE | {"filters": 2}}
    assert set(hyperparameters.varied_alone(points, "targets", BASE)) == {"one", "both"}
    assert "targets" in hyperparameters.varied([BASE, BOTH])
    assert "targets" not in hyperparameters.varied([BASE, BASE | {"filters": 2}])


def test_metrics_and_history_of_each_target_are_those_of_a_fit_of_its_own():
    metrics = {"targets": {"a": {"validation_r2": 0.5}, "a_b": {"validation_r2": 0.1}},
               "diverged": False}  # fmt: skip
    assert target_names.by_target(metrics) == {
        "a": {"validation_r2": 0.5, "diverged": False},
        "a_b": {"validation_r2": 0.1, "diverged": False},
    }
    assert target_names.by_target({"validation_r2": 1.0}) == {None: {"validation_r2": 1.0}}
    history = {"epoch": 1, "loss": 2, "val_loss": 3, "x-4_accuracy": 4, "val_x-4_accuracy": 5,
               "y_r2": 6, "val_y_r2": 7}  # fmt: skip
    own = {"epoch": 1, "loss": 2, "val_loss": 3, "accuracy": 4, "val_accuracy": 5}
    assert target_names.of_history(history, "x-4") == own
    assert target_names.of_history(history, None) == history
