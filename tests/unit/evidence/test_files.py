"""Files that the evidence is made of: where each network's predictions are, known at the start."""

import pytest

from hyperparameters import hyperparameters
from spinlens.evidence import files, plan
from spinlens.splits import folds

POINT = hyperparameters(normalization="norm")
SPLITS = [
    {"kind": "folds", "folds": 2, "repeats": 1, "group": "formula", "seed": 0, "seeds": 1},
    {"kind": "folds", "folds": 3, "repeats": 1, "group": "A1", "seed": 0, "seeds": 2},
]
SINGLE = folds.single_split(POINT)


def point(permutations=0, nested=False, name="net"):
    return plan.EvidencePoint(name, POINT, permutations, nested)


def test_each_network_has_a_folder_below_that_of_its_fit():
    (fit,) = point().single_split_fits
    folder = "out/fits/net/total_moment-4/single-0.7-0/0/true"
    assert files.fit_folders("out", [fit]) == [folder]
    assert files.network_files("out", [fit], SINGLE, "filters.nc") == [
        f"{folder}/0/filters.nc",
        f"{folder}/1/filters.nc",
    ]


def test_the_main_job_has_one_network_of_each_point():
    (found,) = files.single_evidence("out", {"base": POINT})
    assert found["fits"] == [["0", "0", "out/models/base/predictions.csv"]]
    assert (found["networks"], found["nested"], found["null"]) == (1, False, [])
    assert (found["split"], found["group"]) == ("single-0.7-0", "formula")
    assert found["split_table"] == "out/splits/total_moment-4/single-0.7-0.tsv"
    assert found["baselines"] == "out/baselines/total_moment-4/single-0.7-0/parts-norm.csv"


def test_each_repeated_split_says_its_group_its_networks_and_whether_it_is_nested():
    by_formula, by_element = files.repeated_evidence("out", [point(nested=True)], SPLITS)
    assert (by_formula["group"], by_formula["networks"]) == ("formula", 1)
    assert (by_element["group"], by_element["networks"]) == ("A1", 2)
    assert by_formula["nested"] and by_element["nested"] and by_element["moment_hidden"]
    folder = "out/fits/net/total_moment-4/3x1-A1-0/0-2/true"
    assert by_element["fits"][-2:] == [
        ["0-2", "0", f"{folder}/0/predictions.csv"],
        ["0-2", "1", f"{folder}/1/predictions.csv"],
    ]
    assert folder in by_element["files"] and len(by_element["files"]) == 3
    assert not files.repeated_evidence("out", [point()], SPLITS)[0]["nested"]


def test_permuted_labels_are_a_row_of_the_single_split_that_is_not_nested():
    """The single split has no choice: its row is not that of a nested point."""
    count = plan.CHUNK + 2
    single, *repeated = files.repeated_evidence("out", [point(count, nested=True)], SPLITS)
    assert (single["split"], single["nested"], single["networks"]) == ("single-0.7-0", False, 1)
    assert [each["nested"] for each in repeated] == [True, True]
    assert len(single["null"]) == count
    for number, labelling in enumerate(single["null"], start=1):
        assert [seed for _, seed, _ in labelling] == [f"permuted{number}-{n}" for n in (0, 1)]
        assert all("/0/permuted" in path for _, _, path in labelling)
    assert len(single["files"]) == 1 + 2  # true labels, and two chunks
    assert all(path.rsplit("/", 2)[0] in single["files"] for _, _, path in single["null"][-1])


def test_every_file_is_asked_for_once():
    evidence = files.repeated_evidence("out", [point(1), point(name="other")], SPLITS)
    found = files.files_of(evidence)
    assert len(found) == len(set(found)) == 2 * 5 + 2 + 3 + 3  # fits, baselines, splits
    assert "out/splits/total_moment-4/3x1-A1-0.tsv" in found


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"normalization": "none"}, "parts"),
        ({"normalization": "dataset"}, "parts"),  # the network itself divides
        ({"channels": "signed", "input_grid": [12, 12, 16]}, "signed-norm-12-12-16"),
        ({"dimensions": 2}, "parts-norm-2d"),
        ({"isosurface": 0.5}, "parts-norm-0.5"),
    ],
)
def test_points_of_one_input_share_its_baselines(changes, name):
    view = files.input_view(POINT | changes)
    assert view == name and "/" not in view
    assert files.input_view(POINT | changes | {"filters": 7, "epochs": 3}) == view
    assert files.input_view(POINT) != view
