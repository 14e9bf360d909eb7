"""Names of points, channels, filters and units as figures and tables print them."""

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from spinlens.plots import captions


def sweep_table() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "filters": [3, 2, 3, 3],
            "learning_rate": ["1", "1", "10000", "1"],
            "result": [0.5, None, 0.7, np.nan],
        }
    )


def test_channels_filters_and_units():
    assert captions.channel_name("positive part") == "m > 0"
    assert captions.channel_name("charge") == "charge"
    assert captions.unit_symbol("muB") == "μB" and captions.unit_symbol("1") == ""
    weights = xr.Dataset(coords={"filter": 3})
    assert captions.filter_name(weights) == "filter 3"
    assert captions.filter_name(weights.assign_coords(degree=1)) == "filter 3, l = 1"


def test_results_that_are_missing_are_nan():
    values = captions.results(sweep_table(), "result")
    assert values == pytest.approx([0.5, np.nan, 0.7, np.nan], nan_ok=True)


@pytest.mark.parametrize(
    ("accuracy", "expected"),
    [([0.5, None], "validation_balanced_accuracy"), ([None, None], "validation_r2")],
)
def test_points_are_compared_by_accuracy_or_else_by_r2(accuracy, expected):
    table = pd.DataFrame({"validation_balanced_accuracy": accuracy, "validation_r2": [0.1, 0.2]})
    assert captions.result_column(table) == expected


@pytest.mark.parametrize(
    ("factor", "words"),
    [
        (1, "unchanged by training"),
        (1 + 1e-5, "changed by less than 0.1 %"),
        (1.125, "changed by 12.5 %"),
        (0.5, "changed by 50.0 %"),
        (41, "changed 40-fold"),
        (np.nan, "diverged"),
    ],
)
def test_change_of_the_weights_in_words(factor, words):
    weights = np.array([3.0, -4.0])
    assert captions.weight_change(factor * weights, weights) == words
