"""Splits: no composition in both subsets, every sample once, and the file that says so."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from sklearn.model_selection import train_test_split

from spinlens.core.files import read_table
from spinlens.splits import folds, partitions

A_SITES = ("Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu")
SINGLE = {"kind": "single", "train_fraction": 0.7, "seed": 3}
FOLDS = {"kind": "folds", "folds": 5, "repeats": 3, "group": "formula", "seed": 0}


def target_of(classes, kind="classes"):
    values = np.asarray(classes, dtype=float)
    classes = np.asarray(classes) if kind == "classes" else None
    return SimpleNamespace(label="moment", kind=kind, values=values, classes=classes)


def samples_of(compositions, groups=None):
    ids = np.array([f"run_{number}" for number in range(len(compositions))])
    compositions = np.asarray(compositions)
    return partitions.Samples(
        ids, compositions, compositions if groups is None else np.array(groups)
    )


@pytest.fixture
def crystals():
    """64 samples, 2 classes, 32 compositions of two runs each (FM, AFM), 8 elements on A."""
    random = np.random.default_rng(5)
    compositions = [f"{a}{b}" for a in A_SITES for b in "wxyz" for _ in range(2)]
    return target_of(random.integers(0, 2, 64)), samples_of(
        compositions, [c[:-1] for c in compositions]
    )


def subsets_by_fold(rows):
    found = {}
    for row in rows:
        found.setdefault(row["fold"], {s: [] for s in folds.SUBSETS})[row["subset"]].append(
            row["calculation"]
        )
    return found


def test_a_single_split_is_scikit_learn_s_where_each_composition_has_one_sample():
    target = target_of([0] * 28 + [1] * 34)
    samples = samples_of([f"X{(7 * n) % 62}" for n in range(62)])
    subsets = subsets_by_fold(folds.assign(target, samples, SINGLE))["0"]
    expected = train_test_split(
        np.arange(62), stratify=target.classes, train_size=0.7, random_state=3
    )
    for subset, positions in zip(folds.SUBSETS, expected, strict=True):
        assert subsets[subset] == samples.calculations[np.sort(positions)].tolist()
    assert (len(subsets["training"]), len(subsets["validation"])) == (43, 19)


def test_a_single_split_keeps_compositions_whole(crystals):
    target, samples = crystals
    subsets = subsets_by_fold(folds.assign(target, samples, SINGLE))["0"]
    assert sorted(subsets["training"] + subsets["validation"]) == sorted(samples.calculations)
    assert not leaked(subsets, samples.calculations, samples.compositions)
    singles = samples_of(np.arange(64).astype(str))
    leaking = subsets_by_fold(folds.assign(target, singles, SINGLE))["0"]
    assert leaked(leaking, samples.calculations, samples.compositions)


def leaked(subsets, calculations, labels):
    of = dict(zip(calculations, labels, strict=True))
    return {of[c] for c in subsets["training"]} & {of[c] for c in subsets["validation"]}


def test_a_composition_counts_by_its_commonest_class():
    compositions = np.repeat(np.arange(20).astype(str), 3)
    classes = np.tile([1, 0, 0], 20)
    classes[30:] = np.tile([0, 1, 1], 10)
    subsets = subsets_by_fold(
        folds.assign(target_of(classes), samples_of(compositions), SINGLE | {"train_fraction": 0.5})
    )["0"]
    for subset in folds.SUBSETS:
        first_half = sum(int(c.removeprefix("run_")) < 30 for c in subsets[subset])
        assert (first_half, len(subsets[subset])) == (15, 30)


@pytest.mark.parametrize("split", [SINGLE, FOLDS])
def test_a_split_is_given_by_its_seed(crystals, split):
    first, again, other = (folds.assign(*crystals, split | {"seed": seed}) for seed in (5, 5, 6))
    assert first == again
    assert first != other


@pytest.mark.parametrize("classes", [[0, 0, 0], [0, 1, 1], [0, 1, 1, 0]])
def test_small_and_one_sided_data_are_split_all_the_same(classes):
    rows = folds.assign(target_of(classes), samples_of([*"abcd"[: len(classes)]]), SINGLE)
    assert {row["subset"] for row in rows} == set(folds.SUBSETS)


def test_a_single_composition_cannot_be_split():
    with pytest.raises(ValueError, match="of 1 groups leaves the training or.*set split_group"):
        folds.assign(target_of([0, 1]), samples_of(["a", "a"]), SINGLE)


@pytest.mark.parametrize("kind", ["classes", "regression"])
@pytest.mark.parametrize("group", ["formula", "A1"])
def test_every_repeat_validates_every_sample_once_and_keeps_groups_whole(crystals, kind, group):
    target, samples = crystals
    if kind == "regression":
        target = target_of(np.random.default_rng(2).normal(size=64), kind)
    if group == "formula":
        samples = samples._replace(groups=samples.compositions)
    found = subsets_by_fold(folds.assign(target, samples, FOLDS | {"group": group}))
    assert list(found) == folds.fold_names(FOLDS)
    for repeat in "012":
        validated = [c for f in found if f[0] == repeat for c in found[f]["validation"]]
        assert sorted(validated) == sorted(samples.calculations)
    for subsets in found.values():
        assert len(subsets["training"]) + len(subsets["validation"]) == 64
        assert not leaked(subsets, samples.calculations, samples.compositions)
        assert not leaked(subsets, samples.calculations, samples.groups)
    different = {tuple(subsets["validation"]) for subsets in found.values()}
    assert len(different) == 15 if group == "formula" else len(different) > 5


def test_folds_by_formula_leak_the_element_that_folds_by_element_keep_unseen(crystals):
    target, samples = crystals
    elements = samples.groups
    rows = folds.assign(target, samples._replace(groups=samples.compositions), FOLDS)
    assert any(leaked(s, samples.calculations, elements) for s in subsets_by_fold(rows).values())


def test_folds_of_single_samples_are_stratified():
    target = target_of([0] * 30 + [1] * 20)
    rows = folds.assign(target, samples_of(np.arange(50).astype(str)), FOLDS)
    of = {f"run_{n}": c for n, c in enumerate(target.classes)}
    for subsets in subsets_by_fold(rows).values():
        classes = [of[c] for c in subsets["validation"]]
        assert (len(classes), sum(classes)) == (10, 4)


def test_folds_of_a_number_have_its_quarters_in_equal_shares():
    values = np.random.default_rng(7).lognormal(size=60)
    rows = folds.assign(
        target_of(values, "regression"), samples_of(np.arange(60).astype(str)), FOLDS
    )
    highest = {f"run_{n}" for n in np.argsort(values)[-15:]}
    shares = [len(highest & set(s["validation"])) for s in subsets_by_fold(rows).values()]
    assert set(shares) == {3}


def test_a_composition_with_two_labels_joins_their_groups():
    compositions = ["a", "a", *(f"c{n}" for n in range(8))]
    groups = ["p", "q", "p", "q", "r", "r", "s", "s", "t", "t"]
    rows = folds.assign(
        target_of([0, 1] * 5), samples_of(compositions, groups), FOLDS | {"folds": 4, "group": "B1"}
    )
    joined = [
        {"run_0", "run_1", "run_2", "run_3"} & set(s["validation"])
        for s in subsets_by_fold(rows).values()
    ]
    assert {len(found) for found in joined} == {0, 4}
    with pytest.raises(
        ValueError, match="B1 makes 4 groups of the samples of moment, fewer than 5"
    ):
        folds.assign(
            target_of([0, 1] * 5), samples_of(compositions, groups), FOLDS | {"group": "B1"}
        )


def test_classes_smaller_than_the_folds_are_refused():
    with pytest.raises(ValueError, match="no class of moment has more than 3 samples"):
        folds.assign(target_of([0, 1] * 3), samples_of([*"abcdef"]), FOLDS)


def test_splits_are_named_without_a_dataset():
    assert folds.name({"kind": "single", "train_fraction": 0.7, "seed": 0}) == "single-0.7-0"
    assert folds.name(FOLDS) == "5x3-formula-0"
    assert folds.name(FOLDS | {"repeats": 1, "group": "A1"}) == "5x1-A1-0"
    assert folds.fold_names(SINGLE) == ["0"]
    assert folds.fold_names(FOLDS)[:6] == ["0-0", "0-1", "0-2", "0-3", "0-4", "1-0"]
    assert len(folds.fold_names(FOLDS)) == 15


@pytest.fixture
def dataset():
    elements = [["Cr", "I"] * 2 + [""] * 4, ["Cr"] * 4 + ["I"] * 4, ["V", "I"] + [""] * 6]
    return xr.Dataset(
        {
            "site_element": (("sample", "site"), elements),
            "A1": ("sample", ["Cr", "Cr", ""]),
            "charge_state": ("sample", [1.0, 2.0, 3.0]),
        },
        {"sample": ["CrI_FM", "CrI_AFM", "VI"]},
    )


def test_samples_are_those_of_the_target(dataset):
    target = SimpleNamespace(samples=np.array([1, 2]))
    found = partitions.samples(dataset, target, SINGLE)
    assert [column.tolist() for column in found] == [
        ["CrI_AFM", "VI"],
        ["CrI", "IV"],
        ["CrI", "IV"],
    ]
    numbered = partitions.samples(dataset, target, FOLDS | {"group": "charge_state"})
    assert numbered.groups.tolist() == ["2.0", "3.0"]
    assert partitions.compositions(dataset).tolist() == ["CrI", "CrI", "IV"]


def test_a_group_must_be_a_label_that_every_sample_carries(dataset):
    target = SimpleNamespace(samples=np.array([1, 2]))
    with pytest.raises(ValueError, match="the dataset has no label B1 to group by"):
        partitions.samples(dataset, target, FOLDS | {"group": "B1"})
    with pytest.raises(ValueError, match="VI has no label A1"):
        partitions.samples(dataset, target, FOLDS | {"group": "A1"})


def test_a_split_file_gives_back_what_was_assigned(tmp_path, crystals):
    target, samples = crystals
    path = tmp_path / "split.tsv"
    rows = folds.assign(target, samples, FOLDS)
    folds.write(path, rows)
    assert read_table(path) == rows
    found = folds.read(path, samples.calculations, samples.compositions)
    by_fold = subsets_by_fold(rows)
    assert list(found) == list(by_fold)
    for fold, pair in found.items():
        for subset, positions in zip(folds.SUBSETS, pair, strict=True):
            assert samples.calculations[positions].tolist() == by_fold[fold][subset]


@pytest.mark.parametrize("group", ["formula", "A1"])
def test_a_split_file_says_what_it_keeps_together(tmp_path, crystals, group):
    target, samples = crystals
    if group == "formula":
        samples = samples._replace(groups=samples.compositions)
    path = tmp_path / "split.tsv"
    folds.write(path, folds.assign(target, samples, FOLDS | {"group": group}))
    found = folds.read_groups(path)
    assert found == dict(zip(samples.calculations, samples.groups, strict=True))
    assert len(set(found.values())) == (32 if group == "formula" else 8)
    for subsets in subsets_by_fold(read_table(path)).values():
        assert not {found[c] for c in subsets["training"]} & {
            found[c] for c in subsets["validation"]
        }


def test_a_single_split_keeps_compositions_together(crystals):
    target, samples = crystals
    own = samples._replace(groups=samples.compositions)
    rows = folds.assign(target, own, SINGLE)
    assert {row["group"] for row in rows} == set(samples.compositions)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"2": ("b2", "validation")}, "fold 0-1: B is in training and in validation"),
        ({"1": ("a2", "training")}, "fold 0-1: A is in training and in validation"),
        ({"2": ("b1", "training")}, "fold 0-1: b1 has two rows"),
        ({"3": ("a1", "training")}, "fold 0-1: a1 has two rows"),
        ({"3": ("gone", "training")}, "fold 0-1: gone is no sample of the dataset"),
        ({"3": ("c1", "test")}, "fold 0-1: c1: 'test' is none of training, validation"),
        ({"0": ("a1", "training"), "1": ("a2", "training")}, "fold 0-1 has no validation sample"),
    ],
)
def test_a_leaking_or_damaged_split_file_is_caught(tmp_path, change, message):
    calculations, compositions = ["a1", "a2", "b1", "b2", "c1"], ["A", "A", "B", "B", "C"]
    sound = {"0": ("a1", "validation"), "1": ("a2", "validation"), "2": ("b2", "training")}
    sound |= {"3": ("b1", "training")}

    def written(cells):
        places = [("0-0", "a1", "training"), ("0-0", "b1", "validation")]
        places += [("0-1", *cell) for cell in cells.values()]
        rows = [dict(zip(folds.COLUMNS, (*place, "x"), strict=True)) for place in places]
        folds.write(tmp_path / "split.tsv", rows)
        return folds.read(tmp_path / "split.tsv", calculations, compositions)

    assert [positions.tolist() for positions in written(sound)["0-1"]] == [[2, 3], [0, 1]]
    with pytest.raises(ValueError, match=f"split.tsv: {message}") as error:
        written(sound | change)
    assert "\n" not in str(error.value)


def one_composition(labels):
    """A dataset of NiO in as many volumes, two runs each, with a label of the volume."""
    count = len(labels)
    sites = np.array([["Ni", "O"]] * count, dtype=object)
    return xr.Dataset(
        {"volume": ("sample", np.array(labels)), "site_element": (("sample", "site"), sites)},
        coords={"sample": [f"run_{number}" for number in range(count)]},
    )


@pytest.mark.parametrize("group", ["volume", "calculation"])
def test_one_composition_in_many_volumes_has_a_way_out(tmp_path, group):
    labels = [f"v{number // 2}" for number in range(20)]
    target = target_of([0, 1] * 10)
    target.samples = np.arange(20)
    point = {"train_fraction": 0.7, "split_seed": 3, "split_group": group}
    split = folds.single_split(point)
    assert folds.name(split) == f"single-0.7-3-{group}"
    with one_composition(labels) as dataset:
        formula = partitions.samples(dataset, target, SINGLE)
        with pytest.raises(ValueError, match="of 1 groups .* set split_group to a label"):
            folds.assign(target, formula, SINGLE)
        samples = partitions.samples(dataset, target, split)
        compositions = partitions.compositions(dataset)
    rows = folds.assign(target, samples, split)
    folds.write(tmp_path / "split.tsv", rows)
    read = folds.read(tmp_path / "split.tsv", samples.calculations, compositions)
    training, validation = read["0"]
    assert len(training) + len(validation) == 20 and len(training) == 14
    shared = {labels[i] for i in training} & {labels[i] for i in validation}
    assert bool(shared) == (group == "calculation")
    repeated = {"kind": "folds", "folds": 5, "repeats": 1, "group": group, "seed": 0}
    assert len(subsets_by_fold(folds.assign(target, samples, repeated))) == 5


def test_a_group_that_crosses_the_folds_is_refused_of_one_composition(tmp_path):
    """Negative control of the one above: the table is checked by what it says is kept together."""
    rows = [
        {
            "fold": "0",
            "calculation": f"run_{n}",
            "subset": folds.SUBSETS[n % 2],
            "group": f"v{n // 2}",
        }
        for n in range(4)
    ]
    folds.write(tmp_path / "split.tsv", rows)
    ids = [row["calculation"] for row in rows]
    with pytest.raises(ValueError, match="v0 is in training and in validation"):
        folds.read(tmp_path / "split.tsv", ids, ["NiO"] * 4)


def test_compositions_stay_whole_by_a_label_where_there_are_several():
    labels = ["v0", "v1"] * 4
    sites = np.array([["Ni", "O"]] * 4 + [["Mn", "O"]] * 4, dtype=object)
    dataset = one_composition(labels).assign(site_element=(("sample", "site"), sites))
    target = target_of([0, 1] * 4)
    target.samples = np.arange(8)
    found = partitions.samples(dataset, target, {"kind": "single", "group": "volume"})
    assert set(found.compositions) == {"NiO", "MnO"} and set(found.groups) == {"v0", "v1"}
    assert folds.single_split({"train_fraction": 0.7, "split_seed": 3}) == SINGLE
