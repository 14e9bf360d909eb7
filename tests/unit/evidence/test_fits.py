"""Several networks of one fold are judged by their mean; alone, each is a repeat."""

import numpy as np
import pytest

from spinlens.core.files import write_table
from spinlens.evidence import fits, intervals

COMPOSITIONS = {f"s{number}": f"s{number}" for number in range(8)}
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
                columns = {"calculation": f"s{number}", "side": "validation"}
                columns |= {"class": TRUTH[number], "probability_0": 1 - one, "probability_1": one}
                rows.append(columns)
            path = tmp_path / f"{fold}-{seed}.csv"
            write_table(path, rows)
            found.append((f"0-{fold}", str(seed), path))
    return found


def accuracy(predictions):
    return intervals.mean_value("accuracy", [predictions])


def test_the_mean_of_a_folds_networks_is_judged(tables):
    (ensemble,) = fits.ensembles(tables, COMPOSITIONS)
    assert accuracy(ensemble) == 1
    assert sorted(ensemble.calculations) == sorted(COMPOSITIONS)
    sure = np.where(ensemble.truth == 1, ensemble.scores[:, 1], ensemble.scores[:, 0])
    np.testing.assert_allclose(sure, [2 / 3] * 3 + [0.8] + [2 / 3] * 3 + [0.8])


def test_alone_each_network_is_a_repeat_and_does_worse(tables):
    alone = fits.repeats(tables, COMPOSITIONS)
    assert [accuracy(each) for each in alone] == [0.75] * 3


def test_networks_that_validated_other_samples_are_no_ensemble(tables):
    (_, _, first), (_, _, other) = tables[0], tables[3]
    with pytest.raises(ValueError, match="different samples"):
        fits.ensembles([("0-0", "0", first), ("0-0", "1", other)], COMPOSITIONS)
