"""What the default config takes from the data: grid, kernel, threshold."""

import pytest

from spinlens.settings import data_defaults, sizes

CONFIG = {
    "grid": None, "window": None, "kernel_size": 40, "supercell": [2, 2, 1], "input_grid": None,
    "boundary": "valid", "family": "voxel", "dimensions": 3, "pool_size": 2, "stride": 1,
    "target": "total_moment", "classes": "threshold", "threshold": 4.0,
}  # fmt: skip
STUDY = [6.954, 6.954, 16.0]  # Å, the longest cells of the bundled data


def test_the_bundled_data_keep_the_grid_and_the_network_of_the_study():
    made, lines = data_defaults.fitted(CONFIG, {}, STUDY)
    assert made == CONFIG | {"grid": [60, 60, 120]}
    assert lines == []


@pytest.mark.parametrize(
    "lengths", [[2.5, 2.5, 2.5], [2.5, 2.5, 4.1], [11.9, 20.6, 16.0], [60, 6, 6]]
)
def test_the_base_network_fits_the_cells_of_any_data(lengths):
    made, lines = data_defaults.fitted(CONFIG, {"calculations": "runs"}, lengths)
    for length, voxels in zip(lengths, made["grid"], strict=True):
        assert voxels % 12 == 0 and voxels <= 240
        assert length / voxels <= 0.135 or voxels == 240
        assert voxels == 12 or length / (voxels - 12) > 0.135
    sizes.check(made, sizes.cell_shape(made, made["grid"]))
    assert made["threshold"] == "median"
    assert any(line.startswith("grid") for line in lines)
    assert any("bundled" in line for line in lines)


def test_a_kernel_is_shortened_only_on_a_grid_that_was_chosen():
    made, lines = data_defaults.fitted(CONFIG, {"calculations": "runs"}, [2.5, 2.5, 4.1])
    assert made["grid"] == [24, 24, 36] and made["kernel_size"] == [24, 24, 18]
    assert any(line.startswith("kernel_size: [24, 24, 18]") for line in lines)
    given = {"calculations": "runs", "kernel_size": 40}
    assert data_defaults.fitted(CONFIG, given, [2.5, 2.5, 4.1])[0]["kernel_size"] == 40
    own = CONFIG | {"grid": [24, 24, 36]}
    assert data_defaults.fitted(own, {"grid": [24, 24, 36]}, None)[0]["kernel_size"] == 40
    periodic = CONFIG | {"boundary": "periodic"}
    assert data_defaults.fitted(periodic, {}, [2.5, 2.5, 4.1])[0]["kernel_size"] == 40


@pytest.mark.parametrize("key", ["target", "threshold", "classes"])
def test_a_target_that_is_given_stays(key):
    given = {"calculations": "runs", key: CONFIG[key]}
    assert data_defaults.fitted(CONFIG, given, STUDY)[0]["threshold"] == 4.0
    assert (
        data_defaults.fitted(CONFIG | {"threshold": 3.0}, {"calculations": "x"}, STUDY)[0][
            "threshold"
        ]
        == 3.0
    )


def test_a_window_bounds_the_grid_along_c():
    made, _ = data_defaults.fitted(CONFIG | {"window": 8.0}, {}, STUDY)
    assert made["grid"] == [60, 60, 60]
    assert data_defaults.fitted(CONFIG, {}, None)[0]["grid"] == [60, 60, 120]


EVIDENCE = {
    "evidence_points": [{}, {"target": "exchange"}, {"target": "lower_of_FM_Neel"}],
    "evidence_splits": [{"folds": 5, "repeats": 1, "group": "A1", "seeds": 2}],
}


@pytest.mark.parametrize(
    ("labels", "points", "group"),
    [
        ([{}, {}], 1, "formula"),
        ([{"order": "FM"}, {"order": "FM", "A1": "Fe"}], 1, "A1"),
        ([{"order": "FM"}, {"order": "Neel"}], 3, "formula"),
        ([{"exchange_meV": 1.0, "lower_of_FM_Neel": "FM"}], 3, "formula"),
    ],
)
def test_evidence_that_the_data_cannot_give_is_passed_over_and_said(labels, points, group):
    found, lines = data_defaults.evidence(EVIDENCE, EVIDENCE, labels)
    assert len(found["evidence_points"]) == points
    assert found["evidence_splits"] == [EVIDENCE["evidence_splits"][0] | {"group": group}]
    assert len(lines) == (points < 3) + (group == "formula")


def test_evidence_that_is_the_user_s_stays():
    own = {
        "evidence_points": [{"target": "exchange"}],
        "evidence_splits": [{"folds": 3, "repeats": 1, "group": "B1"}],
    }
    assert data_defaults.evidence(own, EVIDENCE, [{}]) == (own, [])
