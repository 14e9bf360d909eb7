"""Which fits the evidence asks for, and under which names."""

import itertools

import pytest

from spinlens.evidence import plan
from spinlens.settings import hyperparameters
from spinlens.splits import folds
from spinlens.training.task import labelling_of

BASE = dict.fromkeys(hyperparameters.NAMES, 1) | {
    "filters": 3,
    "target": "total_moment",
    "classes": "threshold",
    "threshold": 4.0,
    "train_fraction": 0.7,
    "split_seed": 0,
    "seed": 0,
}
FOLDS = {"folds": 5, "repeats": 3, "group": "formula"}


def points(*overrides):
    return plan.points(BASE | {"evidence_points": list(overrides)})


def test_a_point_is_the_base_with_what_it_overrides_and_permutations_is_no_hyperparameter():
    first, second = points({}, {"filters": 8, "permutations": 19})
    assert (first.name, second.name) == ("base", "filters~8")
    assert (first.point, second.point) == (BASE, BASE | {"filters": 8})
    assert (first.permutations, second.permutations) == (0, 19)


@pytest.mark.parametrize("nothing", [None, []])
def test_without_points_there_is_no_evidence_to_make(nothing):
    assert plan.points(BASE | {"evidence_points": nothing}) == []


def test_a_point_on_another_target_renames_none():
    networks = [{"filters": 3}, {"filters": 8}]
    before = points(*networks)
    other = {"filters": 8, "target": "exchange", "classes": "regression"}
    after = points(*networks, other)
    assert [each.name for each in after[:2]] == [each.name for each in before]
    assert after[2].name == before[1].name
    assert [each.target for each in after] == ["total_moment-4"] * 2 + ["exchange-regression"]


def test_a_name_is_that_of_the_same_network_in_the_sweep_and_no_other_point_changes_it():
    before = points({"filters": 8, "epochs": 9}, {"seed": 7})
    assert [each.name for each in before] == ["filters~8_epochs~9", "base"]
    after = points({"filters": 8, "epochs": 9}, {"seed": 7}, {"momentum": 0.5, "filters": 4})
    assert [each.name for each in after[:2]] == [each.name for each in before]


def test_a_point_may_have_its_own_name():
    (point,) = points({"name": "small", "filters": 2, "permutations": 1})
    assert (point.name, point.point) == ("small", BASE | {"filters": 2})


def test_the_single_split_has_as_many_seeds_as_a_labelling_and_the_others_one_fit_a_fold():
    (point,) = points({})
    single = point.single_split_fits
    assert [(fit.fold, fit.seed) for fit in single] == [("0", "0"), ("0", "1")]
    assert {fit.split for fit in single} == {"single-0.7-0"}
    (split,) = folds.repeated_splits({"evidence_splits": [FOLDS]})
    grouped = point.fits_of_split(split)
    assert [fit.fold for fit in grouped] == folds.fold_names(split) and len(grouped) == 15
    assert {(fit.split, fit.seed) for fit in grouped} == {("5x3-formula-0", "0")}
    assert {(fit.point, fit.target) for fit in single + grouped} == {(point.name, "total_moment-4")}


def test_a_split_with_seeds_has_as_many_networks_a_fold():
    (point,) = points({})
    (split,) = folds.repeated_splits({"evidence_splits": [FOLDS | {"seeds": 3}]})
    assert folds.name(split) == "5x3-formula-0"
    fits = point.fits_of_split(split)
    assert len(fits) == 45
    assert [fit.seed for fit in fits if fit.fold == "2-4"] == ["0", "1", "2"]


def test_every_permuted_labelling_is_fitted_from_as_many_seeds_on_the_single_split():
    (point,) = points({"permutations": 3})
    labellings = point.permuted_fits
    assert [len(fits) for fits in labellings] == [plan.SEEDS_OF_LABELLING] * 3
    assert [fit.seed for fit in labellings[2]] == ["permuted3-0", "permuted3-1"]
    assert {fit.split for fits in labellings for fit in fits} == {"single-0.7-0"}
    assert points({})[0].permuted_fits == []


def test_no_two_fits_share_a_folder():
    repeated = [FOLDS, FOLDS | {"group": "A1"}]
    grouped = folds.repeated_splits({"evidence_splits": repeated})
    fits = []
    for point in points({"permutations": 2}, {"filters": 8}, {"target": "exchange"}):
        fits += [*point.single_split_fits, *itertools.chain(*point.permuted_fits)]
        fits += [fit for split in grouped for fit in point.fits_of_split(split)]
    folders = {"/".join(fit) for fit in fits}
    assert len(fits) == len(folders) == 3 * (2 + 2 * 15) + 2 * 2
    assert all(folder.count("/") == 4 for folder in folders)


@pytest.mark.parametrize(
    ("seed", "labelling", "added"),
    [("0", 0, 0), ("1", 0, 1), ("permuted1-0", 1, 1000), ("permuted19-1", 19, 19001)],
)
def test_a_seed_spells_its_labelling_and_what_is_added_to_the_points_own(seed, labelling, added):
    assert labelling_of(seed) == (labelling, added)


def test_fits_of_different_labellings_share_no_seed():
    (point,) = points({"permutations": 40})
    groups = [point.single_split_fits, *point.permuted_fits]
    parsed = [[labelling_of(fit.seed) for fit in group] for group in groups]
    assert [{number for number, _ in group} for group in parsed] == [{n} for n in range(41)]
    seeds = [{added for _, added in group} for group in parsed]
    assert all(len(group) == plan.SEEDS_OF_LABELLING for group in seeds)
    assert not any(one & other for one, other in itertools.combinations(seeds, 2))
