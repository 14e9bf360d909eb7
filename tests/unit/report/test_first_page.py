"""The first page, in reStructuredText, and the last line of a run: numbers from the tables."""

import os

import pandas as pd
from docutils.core import publish_doctree

from spinlens.core.files import write_table
from spinlens.report.first_page import closing_line, first_page, verdicts

SAMPLES = pd.DataFrame({"sample": ["a", "b", "c"]})
EXCLUDED = pd.DataFrame({"reason": ["no CHGCAR: a", "no CHGCAR: b", "not converged (b)"]})
SWEEP = pd.DataFrame([
    {"point": "base", "filters": 3, "training_samples": 2.0, "validation_samples": 1.0,
     "validation_majority_baseline": 0.625},
    {"point": "filters~2", "filters": 2, "training_samples": 2.0, "validation_samples": 1.0,
     "validation_majority_baseline": 0.625},
])  # fmt: skip
ROW = {"target": "total_moment", "split": "single", "metric": "balanced_accuracy", "ci_low": "0.4",
       "ci_high": "0.9", "baseline_integral": "0.5", "verdict": "beats | nothing*"}  # fmt: skip

SCORES = [
    ("models", "base", "0.6"),
    ("models", "filters~2", "0.7"),
    ("fits", "kernel_size~5", "0.8"),
]
VERDICT_COLUMNS = ("source", "metric", "verdict")
VERDICTS = [
    {"source": "models", "metric": "balanced_accuracy", "verdict": "at the majority baseline: one"},
    {"source": "models", "metric": "auc", "verdict": "better than every baseline"},
    {"source": "models", "metric": "r2", "verdict": "better than every baseline"},
    {"source": "models", "metric": "balanced_accuracy", "verdict": "at the majority baseline"},
    {"source": "fits", "metric": "r2", "verdict": "no better than the integral (p = 0.4)"},
    {"source": "fits", "metric": "r2",
     "verdict": "no better than the integral, nor than composition, nor than the ratio of moments"},
]  # fmt: skip


def made(excluded=EXCLUDED, scores=SCORES, sweep=SWEEP):
    rows = [dict(zip(("source", "point", "value"), score, strict=True)) for score in scores]
    evidence = pd.DataFrame([ROW | row for row in rows])
    return first_page(
        SAMPLES, excluded, sweep, evidence, "Before\n\n.. answer\n\n.. findings\n\nAfter\n"
    )


def test_it_counts_samples_and_reasons():
    page = made()
    assert page.startswith("Before") and page.endswith("After\n") and ".. findings" not in page
    assert ".. answer" not in page
    assert "6 calculations: 3 samples, 3 excluded:" in page
    assert "- 2: no CHGCAR\n- 1: not converged\n" in page
    assert "3 calculations: 3 samples, none excluded." in made(EXCLUDED[:0])


def test_it_names_the_best_point_of_the_split_and_of_the_repeated_fits():
    page = made()
    assert "2 sweep points, each trained on 2 samples and validated on 1" in page
    assert "the largest class holds 62.5% of these" in page
    assert "Best: filters 2, 0.70: beats \\| nothing\\*." in page
    assert "Best: kernel size 5, 0.80:" in page
    assert "balanced accuracy 0.60 (0.40 to 0.90)" in page
    assert "grouped" not in made(scores=SCORES[:2])


def test_the_answer_is_three_sentences_above_all_else():
    first = made().split("\n\n")[1]
    assert first.startswith("2 networks were trained on the magnetization densities of 2 samples")
    assert "The best, filters 2, has balanced accuracy 0.70 (0.40 to 0.90), the integral" in first
    assert "**Verdict:** of 2 points on one split: 2 beats" in first
    nothing = made(scores=[("models", "base", "")]).split("\n\n")[1]
    one = made(sweep=SWEEP[:1])
    assert one.split("\n\n")[1].startswith("1 network was trained on the magnetization")
    assert "\n\n1 sweep point, each trained on 2 samples" in one
    assert "The best" not in nothing and "**Verdict:**" in nothing


def test_it_is_valid_restructuredtext(capsys):
    tree = publish_doctree(made(), settings_overrides={"report_level": 2})
    assert tree.astext().count("beats | nothing*") == 7 and capsys.readouterr().err == ""
    publish_doctree("A longer title\n-----\n", settings_overrides={"report_level": 2})
    assert "Title underline too short" in capsys.readouterr().err  # the control


def test_a_study_in_which_nothing_was_measured_has_its_page():
    page = made(scores=[("models", "base", ""), ("models", "filters~2", "")])
    assert "Nothing was measured" in page and "Best:" not in page
    assert "Best: filters 2, 0.70" in made(scores=[("models", "base", ""), SCORES[1]])


def test_it_names_the_conditions_that_selected_alone():
    def page(rows):
        frame = pd.DataFrame(rows, columns=["label", "values"])
        evidence = pd.DataFrame([ROW | {"source": "models", "point": "base", "value": "0.6"}])
        text = "calculations with the labels of ``select``; others\n\n.. findings\n"
        return first_page(SAMPLES, EXCLUDED, SWEEP, evidence, text, frame)

    assert "calculations with any label; others" in page([])
    assert "with ``X`` ``Se or Te``; others" in page([("X", "Se or Te")])


def test_the_verdicts_are_counted_by_the_metric_of_each_point():
    assert verdicts(VERDICTS[:4]) == (
        "of 3 points on one split: 2 at the majority baseline, 1 better than every baseline."
    )
    assert verdicts(VERDICTS[:1]).startswith("of 1 point on one split: 1 ")
    assert verdicts(VERDICTS).endswith(
        "; of 2 results of repeated fits: 2 no better than the integral."
    )
    assert verdicts([]) == "no point was judged."


def test_it_names_the_report_that_this_run_wrote_and_else_nothing(tmp_path):
    write_table(tmp_path / "evidence.tsv", VERDICTS, VERDICT_COLUMNS)
    os.utime(tmp_path / "evidence.tsv", (1000, 1000))
    assert closing_line(tmp_path, since=2000) == ""
    assert closing_line(tmp_path, since=500).startswith(f"{tmp_path}/evidence.tsv: of 3 points")
    (tmp_path / "report.html").touch()
    assert closing_line(tmp_path, since=2000).startswith(f"{tmp_path}/report.html: of 3 points")
    assert closing_line(tmp_path / "missing", since=0) == ""


def test_a_sentence_of_many_verdicts_is_broken_into_lines(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    many = [{**VERDICTS[2], "verdict": f"no better than rival {name}"} for name in range(20)]
    write_table(tmp_path / "evidence.tsv", many, VERDICT_COLUMNS)
    lines = closing_line(".", since=0).splitlines()
    assert 1 < len(lines) < 8 and max(map(len, lines)) <= 160
    assert all(line.startswith("    ") for line in lines[1:])
