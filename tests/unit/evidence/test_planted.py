"""A known truth, planted: a motif that decides the class, and nothing else that does.

Each cell of a periodic grid holds two blobs of 3³ voxels anywhere, across its borders too: the
motif or its mirror image, which is the class, and a scramble of the same values. So every cell
has the same integral and the same two parts, exactly; what tells the classes apart is local, and
where it lies says nothing.
"""

from types import SimpleNamespace

import netCDF4
import numpy as np
import pytest
import xarray as xr

from spinlens.core.files import read_table
from spinlens.dataset import targets
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import open_dataset
from spinlens.evidence import (
    BASELINES,
    baselines,
    descriptors,
    filter_recurrence,
    filter_table,
    p_values,
    plan,
    predictions,
    site_features,
    table,
)
from spinlens.filters import fit_files
from spinlens.filters import kernels as kernels_file
from spinlens.models import build
from spinlens.models.reuse import Networks
from spinlens.splits import folds as splits
from spinlens.splits import partitions
from spinlens.training import fit as training
from spinlens.training import task as fitting
from spinlens.training.task import labelling_of

SAMPLES, GRID, BLOB = 60, (8, 8, 8), (3, 3, 3)
HALVES = np.arange(1, 14) / 16  # sums of sixteenths are exact, in float32 too
VALUES = np.concatenate([HALVES, -HALVES, [0]])
MOTIF = np.random.default_rng(5).permutation(VALUES).reshape(BLOB)
MIRRORED = MOTIF[::-1]
CLASSES = np.random.default_rng(6).permutation(np.arange(SAMPLES) % 2)
PAIRS = [(a, b) for a in "Ti V Cr Mn Fe Co Ni Cu".split() for b in "B C Si P Ge As Sn Sb".split()]
POINT = {
    "dimensions": 3, "channels": "signed", "input_grid": None, "normalization": "dataset",
    "isosurface": None, "supercell": [1, 1, 1], "boundary": "periodic", "filters": 3,
    "kernel_size": 3, "stride": 1, "pool_size": 1, "convolutions": [],
    "convolution_kernel_size": 3, "head": "global", "dense": [], "optimizer": "adam",
    "learning_rate": 0.1, "momentum": 0.1, "batch_size": 6, "epochs": 7,
    "mixed_precision": False, "jit_compile": False, "seed": 1,
    "target": "hand", "classes": "labels", "train_fraction": 0.7, "split_seed": 0,
}  # fmt: skip
NETWORKS = Networks()
PERMUTATIONS = p_values.LABELLINGS_NEEDED + 1  # one of them is taken for the real one
PLANTED = plan.EvidencePoint("planted", POINT, PERMUTATIONS, nested=False)
SINGLE = splits.single_split(POINT)
FIVE_FOLDS = {"kind": "folds", "folds": 5, "repeats": 1, "group": "formula", "seed": 0}


@pytest.fixture(scope="module", autouse=True)
def quickly_built():
    """Graphs as they are: to optimise one takes longer than these small fits."""
    import tensorflow as tf

    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    yield
    tf.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})


def put(cell, blob, corner):
    around = (np.add(corner[axis], range(3)) % cell.shape[axis] for axis in range(3))
    cell[np.ix_(*around)] = blob


def scramble(random):
    return random.permutation(VALUES).reshape(BLOB)


def densities(erased=False):
    """(samples, *GRID), in μB Å⁻³; `erased` has a second scramble in place of the motif."""
    random, cells = np.random.default_rng(7), np.zeros((SAMPLES, *GRID))
    for cell, right in zip(cells, CLASSES, strict=True):
        corner = random.integers(0, GRID)
        motif = scramble(random) if erased else (MIRRORED, MOTIF)[right]
        put(cell, motif, corner)
        put(cell, scramble(random), corner + [4, *random.integers(0, GRID[1:])])
    return cells


def formulas():
    """Sites of each sample, formulas that each occur once, dealt without regard to the class."""
    chosen = np.random.default_rng(8).permutation(len(PAIRS))[:SAMPLES]
    return [[*PAIRS[index], "Te", "Te", "Te"] for index in chosen]


def written(folder, fields, sites, classes):
    """A dataset.nc, with what splits, targets and descriptors read of it."""
    with netCDF4.Dataset(folder / "dataset.nc", "w") as output:
        lengths = (len(fields), *GRID, 3, 3, max(map(len, sites)))
        for name, size in zip(
            ("sample", *"abc", "vector", "direction", "site"), lengths, strict=True
        ):
            output.createDimension(name, size)
        for name, kind, dims in (
            ("sample", str, ("sample",)),
            ("hand", str, ("sample",)),
            ("site_element", str, ("sample", "site")),
            ("site_moment", "f8", ("sample", "site")),
            ("magnetization", "f4", ("sample", *"abc")),
            ("lattice", "f8", ("sample", "vector", "direction")),
        ):
            output.createVariable(name, kind, dims)
        output["magnetization"][:] = fields
        output["lattice"][:] = np.diag([4.0, 4.0, 4.0])
        output["site_moment"][:] = 1.0  # the same in every sample: they tell nothing
        for index, (elements, right) in enumerate(zip(sites, classes, strict=True)):
            padded = elements + [""] * (lengths[-1] - len(elements))
            output["sample"][index] = f"calculation{index:02}"
            output["hand"][index] = ("left", "right")[right]
            output["site_element"][index] = np.array(padded, dtype=object)
    return study_of(folder)


def study_of(folder):
    """What a dataset in a folder says of its samples, and its descriptors."""
    path = folder / "dataset.nc"
    descriptors.write(folder / "descriptors.nc", path)
    with open_dataset(path) as dataset:
        target = targets.read(dataset, POINT)
        samples = partitions.samples(dataset, target, FIVE_FOLDS)
    described = descriptors.read(folder / "descriptors.nc").of(samples.calculations)
    return SimpleNamespace(
        folder=folder, path=path, target=target, samples=samples, described=described
    )


@pytest.fixture(scope="module")
def planted(tmp_path_factory):
    return written(tmp_path_factory.mktemp("planted"), densities(), formulas(), CLASSES)


@pytest.fixture(scope="module")
def erased(tmp_path_factory):
    return written(tmp_path_factory.mktemp("erased"), densities(True), formulas(), CLASSES)


def split_file(study, split):
    path = study.folder / f"{splits.name(split)}.tsv"
    if not path.exists():
        splits.write(path, splits.assign(study.target, study.samples, split))
    return path


def fitted(study, split, fold, seed):
    """Folder of the network of a fold and seed, named as the plan does, made as the workflow."""
    number, apart = labelling_of(seed)
    point = POINT | {"seed": POINT["seed"] + apart}
    task = fitting.task(study.path, split_file(study, split), point, fold, number)
    with Inputs(study.path, point) as inputs:
        fit = training.fit(
            point,
            inputs,
            *task.folds,
            task.target.class_count,
            report=lambda _: None,
            networks=NETWORKS,
        )
    folder = study.folder / splits.name(split) / fold / seed
    folder.mkdir(parents=True)
    fit_files.write_predictions(
        folder / "predictions.csv", task.calculations, task.target, task.folds, fit.predictions
    )
    kernel = build.first_kernel(fit.model)
    steps = task.voxel_vectors
    kernels_file.write(folder / "filters.nc", kernel, fit.initial_kernel, point["channels"], steps)
    return folder


def predicted(study, made):
    """Predictions of each repeat of {(fold, seed): folder}."""
    of = dict(zip(study.described.calculation, study.described.formula, strict=True))
    return predictions.of_fits(
        [(*key, folder / "predictions.csv") for key, folder in made.items()], of
    )


def features_of(study, name):
    """What a baseline is fitted on, as the workflow's script gives it."""
    if name != "input_statistics":
        return study.described.features(name, "signed")
    with Inputs(study.path, POINT) as inputs:
        return np.array([site_features.input_statistics(inputs[n]) for n in study.target.samples])


def evidence(study, split, made, labelling=0, null=()):
    """{metric: row of the table} of fits on a split, beside the baselines on the same labels."""
    ids = study.samples.calculations, study.samples.compositions
    target = fitting.permuted(study.target, labelling, ids[1]) if labelling else study.target
    folds = splits.read(split_file(study, split), *ids)
    beside = {
        name: baselines.predictions(
            name, features_of(study, name), "classes", target.classes, folds, *ids
        )
        for name in BASELINES
    }
    known = table.Evidence(
        "planted", "hand", splits.name(split), predicted(study, made), beside,
        null=[predicted(study, each) for each in null],
    )  # fmt: skip
    return {row["metric"]: row for row in table.rows([known])}


def in_five_folds(study, labelling=0):
    seed = f"permuted{labelling}-0" if labelling else "0"
    made = {
        (fold, seed): fitted(study, FIVE_FOLDS, fold, seed)
        for fold in splits.fold_names(FIVE_FOLDS)
    }
    return evidence(study, FIVE_FOLDS, made, labelling)


@pytest.fixture(scope="module")
def labellings(planted):
    """Fits of the single split, {(fold, seed): folder} of each labelling, the true one first."""
    names = [
        name
        for fit in (*PLANTED.single_split_fits, *PLANTED.permuted_fits)
        for name in plan.seed_names(fit, SINGLE)
    ]
    made = {("0", name): fitted(planted, SINGLE, "0", name) for name in names}
    size = plan.SEEDS_OF_LABELLING
    return [dict(list(made.items())[i : i + size]) for i in range(0, len(made), size)]


def kernels(made, name="kernel"):
    found = []
    for folder in made.values():
        with xr.open_dataset(folder / "filters.nc") as filters:
            found.append(filters[name].values)
    return found


def test_the_integral_and_both_parts_are_the_same_in_every_sample(planted, erased):
    for study in (planted, erased):
        assert np.ptp(study.described.positive_integral) == 0
        assert np.ptp(study.described.negative_integral) == 0
        assert study.described.positive_integral[0] > 0 and (study.described.integral == 0).all()
        assert np.unique(study.samples.compositions).size == SAMPLES
    assert not np.allclose(MOTIF, MIRRORED, atol=0.5)


@pytest.mark.slow
def test_a_network_that_sees_the_motif_beats_every_baseline(planted):
    """Fails where it sees none: the next two tests are this one without the motif, and without
    the labels."""
    for row in in_five_folds(planted).values():
        assert row["verdict"] == "better than every baseline"
        assert float(row["value"]) > 0.95 and float(row["ci_low"]) > 0.8
        for name in BASELINES:
            assert 0.25 < float(row[f"baseline_{name}"]) < 0.75


@pytest.mark.slow
def test_without_the_motif_it_is_at_the_majority_baseline(erased):
    made = {("0", "0"): fitted(erased, SINGLE, "0", "0")}
    for row in evidence(erased, SINGLE, made).values():
        assert row["verdict"].startswith("at the majority baseline")
        assert float(row["value"]) < 0.75


@pytest.mark.slow
def test_with_permuted_labels_it_is_at_the_majority_baseline(planted):
    for row in in_five_folds(planted, labelling=1).values():
        assert row["verdict"].startswith("at the majority baseline")
        assert 0.25 < float(row["value"]) < 0.75


@pytest.mark.slow
def test_no_permutation_does_as_well_as_the_true_labels(planted, labellings):
    true, *permuted = labellings
    rows = evidence(planted, SINGLE, true, null=permuted[1:])
    # Of 9 labellings that permute samples, and of 10 that permute whole groups: the larger p.
    smallest = 1 / (1 + (PERMUTATIONS - 1) // 2)
    assert {float(row["p_value"]) for row in rows.values()} == {smallest}
    assert {float(row["p_corrected"]) for row in rows.values()} == {smallest}
    # The same of permuted labels among permuted ones, which a biased null would pass.
    rows = evidence(planted, SINGLE, permuted[0], 1, null=permuted[1:])
    assert min(float(row["p_value"]) for row in rows.values()) > smallest


@pytest.mark.slow
def test_filters_are_found_and_show_the_motif(planted, labellings):
    """Fails where a filter recurs with any labels: so it does not in the next test."""
    true, *permuted = map(kernels, labellings)
    again = filter_recurrence.recurrences(true, permuted[1:], GRID)
    with Inputs(planted.path, POINT) as inputs:
        mean = np.mean([inputs[sample] for sample in range(SAMPLES)], axis=0)
    initial = kernels(labellings[0], "initial_kernel")[0]
    rows = filter_table.rows(true[0], initial, np.moveaxis(mean, -1, 0), again)
    found = np.array([row["found"] for row in rows])
    assert found.any()
    assert all("recurs across seeds" in row["verdict"] for row in rows if row["found"])
    assert {row["p_corrected"] for row in rows if row["found"]} == {1 / PERMUTATIONS}
    assert shown(true[0])[found].max() > 0.55
    assert np.median([shown(runs[0]).max() for runs in permuted]) < 0.5


def shown(run):
    """How much each filter of a run looks like the motif, or its mirror image."""
    both = np.stack([MOTIF, MIRRORED])[:, np.newaxis]
    return filter_recurrence.best_aligned_cosine(run, both, GRID).max(axis=1)


@pytest.mark.slow
def test_no_filter_is_found_with_permuted_labels(labellings):
    first, *others = map(kernels, labellings[1:])
    again = filter_recurrence.recurrences(first, others, GRID)
    assert [row["found"] for row in p_values.recurrence_test(again)] == [False] * POINT["filters"]
    # Whichever is taken for the real one, 1 in 20 passes at most, however many its filters.
    turns = [[np.roll(part, -turn, axis=0) for part in again] for turn in range(PERMUTATIONS)]
    passes = [
        any(row["found"] for row in p_values.recurrence_test(filter_recurrence.Recurrences(*turn)))
        for turn in turns
    ]
    assert sum(passes) <= 1


@pytest.fixture(scope="module")
def copied(tmp_path_factory):
    """The planted samples, and once more the first of them as a supercell with an id of its own."""
    fields, sites = densities(), formulas()
    return written(
        tmp_path_factory.mktemp("copied"),
        np.concatenate([fields, fields[:1]]),
        [*sites, 2 * sites[0]],
        [*CLASSES, CLASSES[0]],
    )


def test_a_split_with_a_copy_on_both_sides_is_refused(copied):
    ids = copied.samples.calculations, copied.samples.compositions
    path = split_file(copied, SINGLE)
    whole = splits.read(path, *ids)["0"]  # both copies on one side: nothing to refuse
    assert any({0, SAMPLES} <= set(side.tolist()) for side in whole)

    other = {"training": "validation", "validation": "training"}
    rows = read_table(path)
    for row in rows:
        if row["calculation"] == ids[0][SAMPLES]:
            row["subset"] = other[row["subset"]]
    leaking = copied.folder / "leaking.tsv"
    splits.write(leaking, rows)
    with pytest.raises(ValueError, match=f"{ids[1][0]} is in training and in validation"):
        splits.read(leaking, *ids)
    with pytest.raises(ValueError, match="is in training and in validation"):
        fitting.task(copied.path, leaking, POINT, "0")


def test_a_baseline_on_a_leaking_fold_is_refused(copied):
    ids = copied.samples.calculations, copied.samples.compositions
    arguments = copied.described.features("integral"), "classes", copied.target.classes
    clean = np.arange(20, SAMPLES), np.append(np.arange(20), SAMPLES)
    leaking = np.append(clean[0], SAMPLES), np.arange(20)
    assert len(baselines.predictions("integral", *arguments, {"0": clean}, *ids)) == 1
    with pytest.raises(ValueError, match=f"{ids[1][0]} is in training and in validation"):
        baselines.predictions("integral", *arguments, {"0": leaking}, *ids)


def test_what_the_refusal_of_a_leak_prevents(planted):
    """Formulas say nothing of the class, unless each was there before."""
    features, truth = planted.described.features("composition"), planted.target.classes
    twice = np.tile(features, (2, 1)), "classes", np.tile(truth, 2)
    here, copies = np.arange(SAMPLES), np.arange(SAMPLES) + SAMPLES

    def accuracy(training, validation):
        own = np.arange(2 * SAMPLES)
        scores = baselines.out_of_fold("composition", *twice, [(training, validation)], own)
        return (scores.argmax(axis=1) == twice[2])[validation].mean()

    assert accuracy(copies, here) == 1
    assert accuracy(copies[20:], here[:20]) < 0.8
