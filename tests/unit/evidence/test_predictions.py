import numpy as np
import pytest

from spinlens.core.files import write_table
from spinlens.evidence import intervals
from spinlens.evidence.predictions import Predictions, from_rows, of_fits, to_rows, validated

GROUPS = {f"s{number}": "ab"[number // 4] for number in range(8)}
TRUTH = [0, 1] * 4


@pytest.fixture
def tables(tmp_path):
    """Tables of three networks on two folds; of each network one sample of a fold is wrong."""
    found = []
    for fold in range(2):
        for seed in range(3):
            rows = []
            for place, number in enumerate(range(4 * fold, 4 * fold + 4)):
                sure = 0.4 if place == seed else 0.8
                one = sure if TRUTH[number] else 1 - sure
                columns = {"calculation": f"s{number}", "subset": "validation"}
                columns |= {"class": TRUTH[number], "probability_0": 1 - one, "probability_1": one}
                rows.append(columns)
            path = tmp_path / f"{fold}-{seed}.csv"
            write_table(path, rows)
            found.append((f"0-{fold}", str(seed), path))
    return found


def accuracy(predictions):
    return intervals.mean_value("accuracy", [predictions])


def test_the_mean_of_a_folds_networks_is_judged(tables):
    (ensemble,) = of_fits(tables, GROUPS, ensembles=True)
    assert accuracy(ensemble) == 1
    assert sorted(ensemble.calculations) == sorted(GROUPS)
    assert ensemble.groups.tolist() == [GROUPS[name] for name in ensemble.calculations]
    sure = np.where(ensemble.truth == 1, ensemble.scores[:, 1], ensemble.scores[:, 0])
    np.testing.assert_allclose(sure, [2 / 3] * 3 + [0.8] + [2 / 3] * 3 + [0.8])


def test_alone_each_network_is_a_repeat_and_does_worse(tables):
    alone = of_fits(tables, GROUPS)
    assert [accuracy(each) for each in alone] == [0.75] * 3


def test_networks_that_validated_other_samples_are_no_ensemble(tables):
    (_, _, first), (_, _, other) = tables[0], tables[3]
    with pytest.raises(ValueError, match="different samples"):
        of_fits([("0-0", "0", first), ("0-0", "1", other)], GROUPS, ensembles=True)


def test_of_a_fit_only_the_validation_fold_counts(tmp_path):
    rows = [
        {"calculation": "a", "subset": "training", "class": "0", "probability_0": "1.0"},
        {"calculation": "b", "subset": "validation", "class": "0", "probability_0": "0.5"},
    ]
    write_table(tmp_path / "both.csv", rows)
    (found,) = of_fits([("2-1", "0", tmp_path / "both.csv")], {"a": "A", "b": "B"})
    assert (found.repeat, found.groups.tolist(), found.folds.tolist()) == (2, ["B"], ["2-1"])
    write_table(tmp_path / "training.csv", rows[:1])
    with pytest.raises(ValueError, match="no validation sample"):
        of_fits([("0", "0", tmp_path / "training.csv")], {"a": "A"})


def test_a_fold_holds_the_samples_at_its_positions():
    columns = (["a", "b"], ["A", "B"], [0, 1], np.eye(2))
    found = validated("0", [1], *columns)
    assert (found.truth.tolist(), found.groups.tolist()) == ([1], ["B"])


def test_groups_survive_a_table():
    made = validated("1-0", [0, 1], ["a", "b"], ["Cr", "Fe"], [0.5, 2.0], [0.4, 1.9])
    rows = [{name: str(value) for name, value in row.items()} for row in to_rows(made)]
    assert [row["group"] for row in rows] == ["Cr", "Fe"]
    (again,) = from_rows(rows)
    assert (again.groups.tolist(), again.repeat) == (["Cr", "Fe"], 1)


def test_columns_of_different_lengths_are_refused():
    with pytest.raises(ValueError, match="not of one length"):
        Predictions(*map(np.array, (["a", "b"], ["A"], ["0", "0"], [0, 1], [0.0, 1.0])))
