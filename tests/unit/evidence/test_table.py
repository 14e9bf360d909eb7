import os
from dataclasses import replace

import numpy as np
import pytest

from spinlens.core.files import read_table, write_table
from spinlens.evidence import BASELINES, table
from spinlens.evidence.predictions import Predictions

SAMPLES = 80
TRUTH = np.arange(SAMPLES) % 2
VALUES = np.linspace(-1, 1, SAMPLES)


def classes(errors, seed=0, truth=TRUTH):
    """Repeats that get so many samples wrong, of both classes alike."""
    order = np.random.default_rng(seed).permutation(SAMPLES)
    named = truth.copy()
    named[order[:errors]] = 1 - named[order[:errors]]
    scores = np.where(np.eye(2)[named] > 0, 0.9, 0.1)
    return [predictions(truth, scores, repeat) for repeat in (0, 1)]


def one_class():
    return [predictions(TRUTH, np.tile([0.4, 0.6], (SAMPLES, 1)), repeat) for repeat in (0, 1)]


def numbers(noise, seed=0):
    error = np.random.default_rng(seed).normal(0, noise, SAMPLES)
    return [predictions(VALUES, VALUES + error, repeat) for repeat in (0, 1)]


def predictions(truth, scores, repeat):
    ids = np.array([f"s{index:03}" for index in range(SAMPLES)])
    folds = np.array([f"{repeat}-{index % 5}" for index in range(SAMPLES)])
    return Predictions(ids, ids, folds, truth, np.array(scores, dtype=float), repeat)


def evidence(repeats, others=None, **options):
    weak = classes(30, 1)
    found = dict.fromkeys(BASELINES, weak) | {"majority": one_class()} | (others or {})
    return table.Evidence("p", "moment", "5x2", repeats, found, **options)


def verdict(*arguments, metric="balanced_accuracy", **options):
    rows = table.rows([evidence(*arguments, **options)], resamples=500)
    return {row["metric"]: row["verdict"] for row in rows}[metric]


def broken():
    first, second = classes(0)
    lost = second.scores.copy()
    lost[3] = np.nan
    return [first, replace(second, scores=lost)]


GOOD = classes(2, 2)
ALL = "better than every baseline"
BLIND = ALL + " that does not see the integral"


@pytest.mark.parametrize("metric", ["balanced_accuracy", "auc"])
@pytest.mark.parametrize(
    ("repeats", "others", "sentence"),
    [
        (broken(), {}, "diverged: 1 of 2 repeats predict what is not finite"),
        (one_class(), {}, "at the majority baseline: one class for every sample"),
        (classes(38, 3), {}, "at the majority baseline"),
        (classes(70, 3), {}, "at the majority baseline"),
        (GOOD, {"integral": classes(1, 4)}, "no better than the integral"),
        (GOOD, {"integral": classes(4, 4)}, "no better than the integral"),
        (GOOD, {"parts": GOOD}, "no better than the integrals of both parts"),
        (GOOD, {"site_ratio": GOOD}, "no better than the ratio of the site moments"),
        (GOOD, {"sites": GOOD}, "no better than the moments of the sites"),
        (GOOD, {"input_statistics": GOOD}, "no better than statistics of the input"),
        (GOOD, {"composition": GOOD}, "no better than composition"),
        (GOOD, {"density_pca": GOOD}, "no better than the density's principal components"),
        (
            GOOD,
            {"integral": GOOD, "composition": GOOD},
            "no better than the integral, nor than composition",
        ),
        (GOOD, {}, ALL),
    ],
)
def test_verdicts_on_classes(repeats, others, sentence, metric):
    assert verdict(repeats, others, metric=metric) == sentence


def test_without_its_moment_a_point_is_held_to_what_it_can_see():
    seeing = {"integral": classes(0), "parts": classes(0)}
    assert verdict(GOOD, seeing, moment_hidden=True) == BLIND
    assert verdict(GOOD, {}, moment_hidden=True) == ALL
    assert verdict(GOOD, seeing, moment_hidden=False).startswith("no better than the integral")
    also = seeing | {"input_statistics": GOOD}
    also_told = "no better than statistics of the input"
    assert verdict(GOOD, also, moment_hidden=True) == also_told
    also = seeing | {"composition": GOOD}
    assert verdict(GOOD, also, moment_hidden=True) == "no better than composition"


def test_a_grouped_majority_worse_than_chance_is_no_bar_to_pass():
    inverted = [replace(each, scores=1 - each.scores) for each in classes(10, 1)]
    assert verdict(classes(40, 3), {"majority": inverted}) == "at the majority baseline"
    assert verdict(GOOD, {"majority": inverted}) == ALL


@pytest.mark.parametrize(
    ("noise", "integral", "sentence"),
    [
        (2.0, 3.0, "at the majority baseline"),
        (0.1, 0.05, "no better than the integral"),
        (0.1, 0.4, ALL),
    ],
)
@pytest.mark.parametrize("metric", ["mae", "r2"])
def test_verdicts_on_numbers(noise, integral, sentence, metric):
    mean = [predictions(VALUES, np.zeros(SAMPLES), repeat) for repeat in (0, 1)]
    others = dict.fromkeys(BASELINES, numbers(0.5, 1)) | {"majority": mean}
    others["integral"] = numbers(integral, 2)
    assert verdict(numbers(noise, 3), others, metric=metric) == sentence


def test_what_the_samples_do_not_define_is_not_measured():
    truth = np.ones(SAMPLES, dtype=int)
    same = dict.fromkeys(BASELINES, classes(0, truth=truth))
    rows = table.rows([evidence(classes(2, truth=truth), same)], resamples=50)
    assert all(row["verdict"].startswith("not measured") for row in rows)
    assert all(row["value"] == row["ci_low"] == "" for row in rows)


def test_rows_hold_the_numbers_and_the_columns():
    null = [classes(40, seed) for seed in range(10, 29)]
    rows = table.rows([evidence(GOOD, {"integral": classes(8, 5)}, null=null)], resamples=300)
    assert [row["metric"] for row in rows] == ["balanced_accuracy", "auc"]
    assert all(tuple(row) == table.COLUMNS for row in rows)
    row = rows[0]
    assert float(row["value"]) == pytest.approx(78 / 80, abs=1e-4)
    assert float(row["ci_low"]) < 78 / 80 < float(row["ci_high"])
    assert float(row["baseline_majority"]) == 0.5
    assert float(row["baseline_integral"]) == pytest.approx(72 / 80, abs=0.01)
    assert (row["repeats"], row["networks"]) == (2, 1)
    assert (row["p_value"], row["p_corrected"]) == ("0.1", "0.1")  # of 10 and of 9 labellings
    assert (row["group"], row["nested"]) == ("formula", False)
    assert {"baseline_sites", "baseline_input_statistics", "baseline_site_ratio"} <= set(row)
    assert table.rows([evidence(GOOD, networks=4)], resamples=50)[0]["networks"] == 4
    lucky = table.rows([evidence(classes(40, 11), null=null)], resamples=50)[0]
    assert 0.1 < float(lucky["p_value"]) <= 1
    without = table.rows([evidence(GOOD, group="A1", nested=True)], resamples=50)[0]
    assert without["p_value"] == without["p_corrected"] == ""
    assert (without["group"], without["nested"]) == ("A1", True)


def test_the_p_value_is_the_larger_of_both_ways_to_permute():
    """Labellings that permute samples are odd, those that permute whole groups even."""
    weak, strong = classes(40, 11), classes(1, 12)
    samples_alone, groups_alone = [weak, strong] * 19, [strong, weak] * 19
    for null, expected in (([weak] * 38, 1 / 20), (samples_alone, 1), (groups_alone, 1)):
        rows = table.rows([evidence(GOOD, null=null)], resamples=50)
        assert [float(row["p_value"]) for row in rows] == pytest.approx([expected] * 2)


def test_p_values_are_corrected_over_the_networks_of_a_target():
    null = [classes(40, seed) for seed in range(10, 48)]
    tested = evidence(GOOD, null=null)

    def corrected(*others):
        rows = table.rows([tested, *others], resamples=50)
        return [row["p_corrected"] for row in rows if row["metric"] == "auc"]

    assert corrected() == ["0.05"]
    assert corrected(replace(tested, point="q"), replace(tested, point="r")) == ["0.15"] * 3
    # Neither another target nor a row without permutations is of the family.
    assert corrected(replace(tested, target="exchange"), evidence(GOOD)) == ["0.05", "0.05", ""]


def grouped(repeats, groups):
    return [replace(each, groups=groups) for each in repeats]


def test_the_interval_draws_the_groups_of_the_predictions():
    """Errors that whole groups share widen it; as many samples alone do not."""
    named = TRUTH.copy()
    named[:20] = 1 - named[:20]
    repeats = [predictions(TRUTH, np.eye(2)[named], repeat) for repeat in (0, 1)]
    eights = np.repeat(np.arange(8), 10).astype(str)
    width = {}
    for name, groups in (("alone", None), ("eights", eights)):
        own = repeats if groups is None else grouped(repeats, groups)
        row = table.rows([evidence(own)], resamples=500)[0]
        width[name] = float(row["ci_high"]) - float(row["ci_low"])
    assert width["eights"] > 1.5 * width["alone"]


def moved(repeats):
    first, second = repeats
    return [replace(first, folds=np.roll(first.folds, 1)), second]


def relabelled(repeats):
    return [replace(each, truth=1 - each.truth) for each in repeats]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (moved, "composition was validated on other folds or labels in repeat 0"),
        (relabelled, "composition was validated on other folds or labels in repeat 0"),
        (lambda repeats: repeats[:1], "composition has other repeats"),
    ],
)
def test_baselines_of_another_split_are_refused(change, message):
    other = evidence(GOOD, {"composition": change(classes(30, 1))})
    with pytest.raises(ValueError, match=message):
        table.rows([other])
    missing = {name: known for name, known in other.baselines.items() if name != "parts"}
    with pytest.raises(ValueError, match="the baseline parts is missing"):
        table.rows([replace(other, baselines=missing)])


def test_the_order_of_the_samples_does_not_matter():
    def turned(each):
        columns = ("calculations", "groups", "folds", "truth", "scores")
        return replace(each, **{name: getattr(each, name)[::-1] for name in columns})

    other = {"integral": [turned(each) for each in classes(1, 4)]}
    assert verdict(GOOD, other) == "no better than the integral"


def row(point, split="single-0.7-0", value="0.5"):
    place = {"point": point, "target": "total_moment-4", "split": split, "metric": "auc"}
    return dict.fromkeys(table.COLUMNS, "") | place | {"value": value}


@pytest.fixture
def joined(tmp_path):
    """Write rows beside repeated ones that are so many seconds younger than the descriptors."""

    def write(rows, repeated, younger):
        described, kept = tmp_path / "descriptors.nc", tmp_path / "repeated.tsv"
        described.touch()
        write_table(kept, repeated, table.COLUMNS)
        now = described.stat().st_mtime
        os.utime(kept, (now + younger, now + younger))
        table.join(tmp_path / "evidence.tsv", rows, kept, made_from=described)
        return read_table(tmp_path / "evidence.tsv")

    return write


def of(source, rows):
    return [each | {"source": source} for each in rows]


def test_repeated_rows_of_this_dataset_follow_the_main_jobs(joined):
    rows, repeated = [row("b"), row("a")], [row("a", "5x3-formula-0"), row("c")]
    assert joined(rows, repeated, younger=60) == of("models", rows) + of("fits", repeated)


def test_repeated_rows_of_an_older_dataset_are_dropped(joined):
    rows = [row("a")]
    assert joined(rows, [row("a", "5x3-formula-0")], younger=-60) == of("models", rows)


def test_one_network_on_one_split_has_a_row_of_its_model_and_one_of_its_fits(joined):
    made = joined([row("a", value="0.5")], [row("a", value="0.9")], younger=60)
    scores = [(each["source"], each["value"]) for each in made]
    assert scores == [
        ("models", "0.5"),
        ("fits", "0.9"),
    ]
    assert list(made[0]) == list(table.JOINED_COLUMNS)


def test_without_repeated_fits_the_main_jobs_rows_stand_alone(tmp_path):
    (tmp_path / "descriptors.nc").touch()
    path = tmp_path / "evidence.tsv"
    table.join(path, [row("a")], tmp_path / "repeated.tsv", tmp_path / "descriptors.nc")
    assert read_table(path) == of("models", [row("a")])
