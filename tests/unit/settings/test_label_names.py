"""Labels and calculations that a config misspells are named with their nearest neighbour."""

import pytest

from spinlens.core.errors import SpinlensError
from spinlens.settings import label_names

DEFAULTS = {
    "select": {"order": "FM", "X": "Te"}, "reference": "Cr2Ge2Te6_FM", "target": "total_moment",
    "points": None, "evidence_points": None,
    "evidence_splits": [{"folds": 5, "repeats": 1, "group": "A1"}],
}  # fmt: skip
LABELS = {
    "run_1": {"order": "FM", "order_final": "FM", "gap_eV": 1.0, "U": 3},
    "run_2": {"order": "AFM", "order_final": "FM", "gap_eV": 2.0, "U": 4},
}


def check(labels=LABELS, **keys):
    label_names.check(DEFAULTS | keys, DEFAULTS, labels)


@pytest.mark.parametrize(
    ("keys", "message"),
    [
        ({"select": {"ordr": "FM"}},
         "select.ordr is not a label of any calculation, did you mean order?"),
        ({"select": {"order": "FMM"}},
         "select.order is FMM, which no calculation has, did you mean FM?"),
        ({"select": {"U": [5, 6]}}, "select.U is 5 or 6, which no calculation has, they have 3, 4"),
        ({"target": "total_momnt"},
         "target: total_momnt is not a label of the data, did you mean total_moment?"),
        ({"target": "total_moment_muB"},
         "target: total_moment_muB is not a label of the data, did you mean total_moment?"),
        ({"points": [{}, {"target": "gapp"}]},
         "points[1].target: gapp is not a label of the data, did you mean gap?"),
        ({"evidence_points": [{"target": "ground_stat"}]},
         "evidence_points[0].target: ground_stat is not a label of the data, did you mean "
         "ground_state?"),
        ({"evidence_splits": [{"folds": 5, "repeats": 1, "group": "fromula"}]},
         "evidence_splits[0].group: fromula is not a label of the data, did you mean formula?"),
        ({"reference": "run1"}, "reference: run1 is not a calculation, did you mean run_1?"),
    ],
)  # fmt: skip
def test_a_misspelled_name_is_one_line_with_its_nearest_neighbour(keys, message):
    with pytest.raises(SpinlensError) as fault:
        check(**keys)
    assert str(fault.value) == message


@pytest.mark.parametrize(
    "keys",
    [
        {}, {"select": None}, {"select": {"order": ["FM", "NM"]}}, {"select": {"U": "3"}},
        {"select": {"nothing": "like it"}}, {"target": "gap"}, {"target": "J1"},
        {"reference": None}, {"points": [{"filters": 3}]},
        {"select": {"ground_state": "AFM"}},  # known after the jobs that compare energies
    ],
)  # fmt: skip
def test_names_that_are_right_or_like_none_pass(keys):
    check(**keys)


def test_what_the_defaults_name_is_no_fault_of_the_user():
    """The bundled study selects X: Te and shows Cr2Ge2Te6_FM, which other data need not have."""
    check(labels={"Cr2Ge2Te6_AFM": {"order": "AFM"}, "b": {"order": "AFM"}})


def test_rows_of_no_calculation_are_counted_and_those_that_are_misspelled_refused():
    ids = ["CrTe_FM", "CrTe_AFM", "MnTe_FM"]
    assert label_names.unmatched_rows("t.csv", ids, ids) == ""
    line = label_names.unmatched_rows("t.csv", ["CrTe_FM", "other"], ids)
    assert line == "t.csv: 1 rows belong to no calculation, as other"
    with pytest.raises(
        SpinlensError, match="the row MnTe_F belongs to no .*, did you mean MnTe_FM"
    ):
        label_names.unmatched_rows("t.csv", ["CrTe_FM", "MnTe_F"], ids)
    # A run that is missing is not a misspelling of another that has its own row.
    assert "as CrTe_NM" in label_names.unmatched_rows("t.csv", [*ids, "CrTe_NM"], ids)
    with pytest.raises(SpinlensError, match="no row belongs to a calculation: the first is x"):
        label_names.unmatched_rows("t.csv", ["x", "y"], ids)
