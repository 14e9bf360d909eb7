"""Pages of sweep.tsv and evidence.tsv."""

import pandas as pd

from html_page import Page
from spinlens.evidence.table import COLUMNS as EVIDENCE_COLUMNS
from spinlens.report import point_tables


def sweep_rows(**changed):
    row = {
        "point": "filters~2",
        "filters": 2,
        "training_samples": 43,
        "training_accuracy": 26 / 43,
        "training_majority_baseline": 26 / 43,
        "training_balanced_accuracy": 0.5,
        "training_one_class": True,
        "validation_samples": 19,
        "validation_accuracy": 11 / 19,
        "validation_majority_baseline": 11 / 19,
        "validation_balanced_accuracy": 0.5,
        "validation_one_class": True,
        "diverged": False,
        "parameters": 128003,
    }
    heading, cells = Page(point_tables.sweep(pd.DataFrame([row | changed]))).rows
    return dict(zip(heading, cells, strict=True))


def test_sweep_shows_the_2018_numbers_for_what_they_are():
    cells = sweep_rows()
    assert cells["result"] == "one class for every sample: at the majority baseline"
    assert cells["training accuracy"] == "0.605 (26/43)"
    assert cells["validation accuracy"] == "0.579 (11/19)"
    assert cells["majority baseline, validation"] == "0.579"
    assert cells["95 % interval, validation"] == "0.36 to 0.77"
    assert cells["parameters"] == "128,003"


def test_sweep_leaves_out_what_a_diverged_fit_has_not():
    missing = dict.fromkeys(("training_accuracy", "validation_accuracy"), float("nan"))
    cells = sweep_rows(diverged=True, training_balanced_accuracy=None, **missing)
    assert cells["result"].startswith("diverged")
    assert cells["training accuracy"] == cells["95 % interval, validation"] == "–"
    assert cells["balanced accuracy, training"] == "–"
    assert cells["majority baseline, training"] == "0.605"


def test_evidence_names_points_of_the_sweep_as_the_sweep_does_and_others_by_their_folder():
    values = dict.fromkeys(EVIDENCE_COLUMNS, "0.5")
    others = "filters~8_kernel_size~5_convolutions~8-8"
    table = pd.DataFrame([values | {"point": name} for name in ("base", others)])
    rows = Page(point_tables.evidence(table)).rows[1:]
    assert [row[0] for row in rows] == ["base", "filters 8, kernel size 5, convolutions 8-8"]


def test_the_table_of_the_sweep_has_predicted_memory_beside_measured():
    row = {"point": "p", "filters": 3, "predicted_memory_mb": 1394.4, "measured_memory_mb": 1375}
    html = point_tables.sweep(pd.DataFrame([row | {"epoch_gflop": 15.2}]))
    for heading, cell in [("predicted, MB", "1,394"), ("measured, MB", "1,375"), ("GFLOP", "15")]:
        assert f'{heading}">{cell}<' in html
    assert 'predicted, MB">–<' in point_tables.sweep(pd.DataFrame([{"point": "p", "filters": 3}]))
