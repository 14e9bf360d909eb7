"""Outputs of an ensemble as columns, of one target and of several."""

import numpy as np
import pytest

from spinlens.prediction import ensemble

MOMENT = {"kind": "classes", "classes": ["low", "high"], "label": "total_moment", "unit": "muB"}
EXCHANGE = {"kind": "regression", "classes": [], "label": "exchange", "unit": "meV"}
ABOUT = {"target": MOMENT, "targets": {"total_moment-4": MOMENT, "exchange-regression": EXCHANGE}}


def test_a_class_is_that_of_the_largest_mean_probability():
    target = {"kind": "classes", "classes": ["low", "middle", "high"]}
    outputs = np.array([[[0.5, 0.4, 0.1]], [[0.1, 0.4, 0.5]], [[0.3, 0.4, 0.3]]])
    (row,) = ensemble.combined(outputs, target)
    assert (row["class"], row["name"], row["spread"]) == (1, "middle", pytest.approx(0))
    (row,) = ensemble.combined(outputs[:2, :, ::2], target | {"classes": ["low", "high"]})
    assert row["probability"] == pytest.approx(0.3)
    assert row["spread"] == pytest.approx(np.sqrt(0.08), rel=1e-6)


def test_values_of_several_models_are_averaged():
    outputs = np.array([[[1.0]], [[4.0]]])
    (row,) = ensemble.combined(outputs, {"kind": "regression", "label": "U", "unit": "1"})
    assert row["value"] == pytest.approx(2.5) and row["name"] == "U"
    assert row["spread"] == pytest.approx(3 / np.sqrt(2))


def test_several_targets_have_columns_each():
    outputs = np.array([[[0.2, 0.8, -3.0], [0.9, 0.1, 5.0]]])
    first, second = ensemble.by_target(outputs, ABOUT)
    assert list(first) == ensemble.columns(ABOUT)
    assert (first["total_moment-4_name"], first["exchange-regression_value"]) == ("high", -3.0)
    assert second["total_moment-4_class"] == 0
    assert second["exchange-regression_name"] == "exchange (meV)"
    assert ensemble.output_count(ABOUT) == 3


def test_one_target_keeps_its_columns():
    about = {"target": EXCHANGE}
    assert ensemble.columns(about) == ["value", "name", "spread"]
    (row,) = ensemble.by_target(np.array([[[2.5]]]), about)
    assert row == {"value": 2.5, "name": "exchange (meV)", "spread": ""}
    assert ensemble.output_count(about) == 1
