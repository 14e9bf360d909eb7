"""Which fits the evidence asks for, and under which names."""

import itertools

import pytest

from spinlens.core.errors import SpinlensError
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
    "split_group": "formula",
    "seed": 0,
}
FOLDS = {"folds": 5, "repeats": 3, "group": "formula"}


SINGLE = folds.single_split(BASE)


def points(*overrides, choices=({},)):
    keys = {"evidence_points": list(overrides), "evidence_choices": list(choices)}
    return plan.points(BASE | keys)


def seeds(fits, split):
    """Names of the networks of some fits."""
    return [name for fit in fits for name in plan.seed_names(fit, split)]


def test_a_point_is_the_base_with_what_it_overrides_and_permutations_is_no_hyperparameter():
    first, second = points({}, {"filters": 8, "permutations": 19, "nested": True})
    assert (first.name, second.name) == ("base", "filters~8")
    assert (first.point, second.point) == (BASE, BASE | {"filters": 8})
    assert (first.permutations, second.permutations) == (0, 19)
    assert (first.nested, second.nested) == (False, True)


@pytest.mark.parametrize("nothing", [None, []])
def test_without_points_there_is_no_evidence_to_make(nothing):
    assert plan.points(BASE | {"evidence_points": nothing, "evidence_choices": [{}]}) == []


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


def test_a_fit_is_a_fold_and_holds_all_its_networks():
    (point,) = points({})
    (single,) = point.single_split_fits
    assert (single.split, single.fold, single.labels) == ("single-0.7-0", "0", "true")
    assert plan.seed_names(single, SINGLE) == ["0", "1"]  # as many as a labelling has
    (split,) = folds.repeated_splits({"evidence_splits": [FOLDS]})
    grouped = point.fits_of_split(split)
    assert [fit.fold for fit in grouped] == folds.fold_names(split) and len(grouped) == 15
    assert {(fit.split, fit.labels) for fit in grouped} == {("5x3-formula-0", "true")}
    assert seeds(grouped, split) == ["0"] * 15
    places = {(fit.point, fit.target) for fit in [single, *grouped]}
    assert places == {(point.name, "total_moment-4")}


def test_a_split_with_seeds_has_as_many_networks_in_the_same_fits():
    (point,) = points({})
    (split,) = folds.repeated_splits({"evidence_splits": [FOLDS | {"seeds": 3}]})
    assert folds.name(split) == "5x3-formula-0"
    fits = point.fits_of_split(split)
    assert len(fits) == 15 and plan.networks(split) == 3
    assert plan.seed_names(fits[-1], split) == ["0", "1", "2"]


def test_permuted_labellings_come_in_chunks_that_hold_each_once():
    (point,) = points({"permutations": 2 * plan.CHUNK + 3})
    fits = point.permuted_fits
    assert [fit.labels for fit in fits] == ["permuted1-11", "permuted12-22", "permuted23-25"]
    assert {(fit.split, fit.fold) for fit in fits} == {("single-0.7-0", "0")}
    numbers = [plan.labellings(fit.labels) for fit in fits]
    assert sorted(itertools.chain(*numbers)) == list(range(1, 26))
    assert plan.seed_names(fits[2], SINGLE) == [
        f"permuted{number}-{seed}" for number in (23, 24, 25) for seed in (0, 1)
    ]
    assert points({})[0].permuted_fits == [] and plan.labellings("true") == [0]


def test_no_two_fits_share_a_folder():
    repeated = [FOLDS, FOLDS | {"group": "A1"}]
    grouped = folds.repeated_splits({"evidence_splits": repeated})
    fits = []
    for point in points({"permutations": 12}, {"filters": 8}, {"target": "exchange"}):
        fits += point.every_fit(grouped)
    folders = {"/".join(fit) for fit in fits}
    assert len(fits) == len(folders) == 3 * 2 * 15 + 1 + 2
    assert all(folder.count("/") == 4 for folder in folders)


def test_only_a_point_with_permuted_labels_is_fitted_on_the_single_split():
    grouped = folds.repeated_splits({"evidence_splits": [FOLDS]})
    without, permuted = points({}, {"filters": 8, "permutations": 1})
    assert {fit.split for fit in without.every_fit(grouped)} == {"5x3-formula-0"}
    assert len(permuted.every_fit(grouped)) == len(without.every_fit(grouped)) + 2


@pytest.mark.parametrize(
    ("seed", "labelling", "added"),
    [("0", 0, 0), ("1", 0, 1), ("permuted1-0", 1, 1000), ("permuted19-1", 19, 19001)],
)
def test_a_seed_spells_its_labelling_and_what_is_added_to_the_points_own(seed, labelling, added):
    assert labelling_of(seed) == (labelling, added)


def test_networks_of_different_labellings_share_no_seed():
    (point,) = points({"permutations": 40})
    names = seeds([*point.single_split_fits, *point.permuted_fits], SINGLE)
    parsed = [labelling_of(name) for name in names]
    assert [number for number, _ in parsed] == [n for n in range(41) for _ in range(2)]
    assert len({added for _, added in parsed}) == 41 * plan.SEEDS_OF_LABELLING


@pytest.mark.parametrize("name", ["target", "normalization", "input_grid", "split_seed", "seed"])
def test_a_choice_may_not_change_target_input_or_split(name):
    choices = [{}, {"learning_rate": 0.1, name: 1}]
    with pytest.raises(SpinlensError, match=f"evidence_choices: {name} decides target, input"):
        points({}, choices=choices)
    assert len(points({}, choices=[{}, {"learning_rate": 0.1, "filters": 4}])) == 1
