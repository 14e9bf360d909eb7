"""Several targets of the same samples, with labels that some of them lack."""

import numpy as np
import pytest
import xarray as xr

from spinlens.dataset import joint_targets
from spinlens.splits import folds, partitions
from spinlens.training.task import permuted

FIRST = {"target": "moment", "classes": "threshold", "threshold": 3.0}
SECOND = {"target": "exchange", "classes": "regression", "threshold": 3.0}
POINT = FIRST | {"targets": [FIRST, SECOND]}
MOMENT = np.array([1, 5, 2, 6, 1, 7, np.nan, np.nan, 2, 5, 1, 4], dtype=float)
EXCHANGE = np.array([3, np.nan, 1, 8, 4, 2, 9, np.nan, 5, 7, 6, np.nan])


@pytest.fixture
def dataset():
    elements = [["Fe", f"{symbol}"] for symbol in "HBCNOFPSKVYI"]
    return xr.Dataset(
        {
            "moment": ("sample", MOMENT.copy(), {"units": "muB"}),
            "exchange": ("sample", EXCHANGE.copy(), {"units": "meV"}),
            "site_element": (("sample", "site"), elements),
        },
        coords={"sample": [f"run {index}" for index in range(12)]},
    )


def test_samples_have_a_label_of_one_target_at_least(dataset):
    both = joint_targets.read(dataset, POINT)
    assert both.samples.tolist() == [0, 1, 2, 3, 4, 5, 6, 8, 9, 10, 11]
    expected = np.stack([(MOMENT >= 3).astype(float), EXCHANGE], axis=-1)
    expected[6, 0] = np.nan
    np.testing.assert_array_equal(both.truth, expected[both.samples])
    assert both.class_count == {"moment-3": 2, "exchange-regression": None}
    assert joint_targets.completeness(both, 12) == (
        "targets: of 12 samples have a label: moment-3 10, exchange-regression 9; 1 without any "
        "label are left out"
    )


def test_one_target_is_read_as_before(dataset):
    one = joint_targets.read(dataset, FIRST)
    assert one.samples.tolist() == [0, 1, 2, 3, 4, 5, 8, 9, 10, 11]
    assert joint_targets.by_name(one) == {None: one}
    assert joint_targets.completeness(one, 12) == ""


def test_a_split_holds_every_sample_and_the_shares_of_the_first_target(dataset):
    both = joint_targets.read(dataset, POINT)
    split = {"kind": "folds", "folds": 3, "repeats": 1, "group": "formula", "seed": 0}
    rows = folds.assign(both, partitions.samples(dataset, both, split), split)
    validated = [row["calculation"] for row in rows if row["subset"] == "validation"]
    assert sorted(validated) == sorted(f"run {index}" for index in both.samples)
    for fold in ("0-0", "0-1", "0-2"):
        own = [int(r["calculation"].split()[1]) for r in rows
               if (r["fold"], r["subset"]) == (fold, "validation")]  # fmt: skip
        assert 1 <= np.nansum(MOMENT[own] >= 3) <= 2  # of five, in three folds


def test_a_fold_without_a_label_of_a_target_is_named(dataset):
    dataset["exchange"][:] = [1, 2, 3, 4, *[np.nan] * 8]
    both = joint_targets.read(dataset, POINT)
    split = {"kind": "folds", "folds": 5, "repeats": 1, "group": "formula", "seed": 0}
    with pytest.raises(ValueError, match="no validation sample with a label of exchange-regressi"):
        folds.assign(both, partitions.samples(dataset, both, split), split)


def test_folds_are_restricted_to_the_samples_with_a_label():
    pair = (np.array([0, 2, 3]), np.array([1, 4]))
    kept = folds.restricted({"0": pair}, np.array([1, 2, 3]))
    assert [part.tolist() for part in kept["0"]] == [[1, 2], [0]]


def test_permuted_labels_stay_with_samples_that_had_one(dataset):
    both = joint_targets.read(dataset, POINT)
    exchange = both.targets["exchange-regression"]
    groups = np.array([f"{index}" for index in exchange.samples])
    moved = permuted(exchange, 1, groups)
    other = joint_targets.JointTarget(both.targets | {"exchange-regression": moved})
    np.testing.assert_array_equal(np.isnan(other.truth), np.isnan(both.truth))
    assert not np.allclose(other.truth[:, 1], both.truth[:, 1], equal_nan=True)
    assert sorted(moved.values) == sorted(exchange.values)
