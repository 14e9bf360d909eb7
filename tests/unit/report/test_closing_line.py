"""The last line of a run."""

import os

from spinlens.core.files import write_table
from spinlens.report.closing_line import closing_line, verdicts

COLUMNS = ("source", "metric", "verdict")
ROWS = [
    {"source": "models", "metric": "balanced_accuracy", "verdict": "at the majority baseline: one"},
    {"source": "models", "metric": "auc", "verdict": "better than every baseline"},
    {"source": "models", "metric": "r2", "verdict": "better than every baseline"},
    {"source": "models", "metric": "balanced_accuracy", "verdict": "at the majority baseline"},
    {"source": "fits", "metric": "r2", "verdict": "no better than the integral (p = 0.4)"},
]  # fmt: skip


def test_the_verdicts_are_counted_by_the_metric_of_each_point():
    assert verdicts(ROWS[:4]) == (
        "of 3 points on one split: 2 at the majority baseline, 1 better than every baseline."
    )
    assert verdicts(ROWS).endswith(
        "; of 1 results of repeated fits: 1 no better than the integral."
    )
    assert verdicts([]) == "no point was judged."


def test_it_names_the_report_that_this_run_wrote_and_else_nothing(tmp_path):
    write_table(tmp_path / "evidence.tsv", ROWS, COLUMNS)
    os.utime(tmp_path / "evidence.tsv", (1000, 1000))
    assert closing_line(tmp_path, since=2000) == ""
    assert closing_line(tmp_path, since=500).startswith(f"{tmp_path}/evidence.tsv: of 3 points")
    (tmp_path / "report.html").touch()
    assert closing_line(tmp_path, since=2000).startswith(f"{tmp_path}/report.html: of 3 points")
    assert closing_line(tmp_path / "missing", since=0) == ""
