"""The page of the evidence: dots with intervals, ticks of baselines, no sideways scrolling."""

import re

import pandas as pd
import pytest

import browser
from spinlens.evidence.table import JOINED_COLUMNS
from spinlens.report.evidence_page import (
    LEAST,
    MARGIN,
    WIDTH,
    evidence,
    short_verdict,
    with_interval,
)

ROW = dict.fromkeys(JOINED_COLUMNS, "") | {
    "target": "total_moment-4", "split": "single-0.7-0", "metric": "balanced_accuracy",
    "value": "0.75", "ci_low": "0.5", "ci_high": "1", "baseline_majority": "0.5",
    "baseline_integral": "1", "repeats": "2", "networks": "1", "source": "models",
    "verdict": "no better than the integral, nor than composition",
}  # fmt: skip


def page(*changes):
    return evidence(pd.DataFrame([ROW | {"point": "base"} | change for change in changes]))


def place(share):
    return f"{MARGIN + share * (WIDTH - 2 * MARGIN):.1f}"


def test_dot_interval_and_ticks_are_at_their_values_on_one_axis():
    html = page({})
    assert f'<circle cx="{place(0.75)}"' in html
    assert f'x1="{place(0.5)}" x2="{place(1)}" y1="11"' in html
    ticks = re.findall(r'<line x1="([\d.]+)" x2="\1"[^>]*><title>([^<]*)', html)
    assert dict((name, x) for x, name in ticks) == {
        "majority": place(0.5), "integral of m": place(1),
    }  # fmt: skip
    assert f'<circle cx="{place(0.5)}"' in page({"value": "0.5"})  # the control: it moves


def test_one_row_a_point_whatever_its_metrics_and_a_section_a_target():
    html = page({}, {"metric": "auc", "value": "0.9"}, {"point": "filters~8"})
    assert html.count("<details>") == html.count("<circle cx=") - 1 == 2
    assert "filters 8" in html and "area under the curve" in html
    assert html.count("<h2>") == 1
    assert page({}, {"target": "exchange-regression", "metric": "r2"}).count("<h2>") == 2


@pytest.mark.parametrize(
    ("target", "split", "title"),
    [
        ("total_moment-4", "single-0.7-0", "total moment, cut at 4: one split, 70 % for training"),
        ("exchange-regression", "5x1-A1-0", "exchange, regression: 5 folds by A1"),
        ("own", "5x3-formula-0", "own: 5 folds by formula, repeated 3 times"),
        ("own", "mine", "own: mine"),
    ],
)
def test_headings_are_in_words(target, split, title):
    assert f"<h2>{title} <small>" in page({"target": target, "split": split})


def test_two_digits_and_few_words():
    assert with_interval("0.8716", "0.6595", "1") == "0.87 (0.66 to 1.0)"
    assert with_interval("-1.25") == "−1.2" and with_interval("49.12") == "49"
    assert with_interval("") == "–" and with_interval("0.02") == "0.020"
    assert (
        short_verdict("no better than a, nor than b, nor than c") == "no better than a (and 2 more)"
    )
    assert short_verdict("at the majority baseline: one class") == "at the majority baseline"


def test_a_score_below_the_axis_stands_at_its_edge_and_none_is_no_dot():
    low = page({"metric": "r2", "value": "-30", "ci_low": "-90", "ci_high": "0.2"})
    assert f'<circle cx="{MARGIN:.1f}"' in low and LEAST < 0
    assert page({"value": "", "ci_low": "", "ci_high": ""}).count("<circle") == 1  # the key


@pytest.mark.parametrize("width", [1300, 400])
def test_a_browser_needs_no_sideways_scrolling(tmp_path, width):
    rows = [{"point": f"filters~{n}_kernel_size~5_convolutions~8-8-8"} for n in range(30)]
    text = page(*rows, {"target": "exchange-regression", "metric": "r2", "value": "0.1"})
    script = "document.title = document.documentElement.scrollWidth + ' of ' + innerWidth"
    (tmp_path / "page.html").write_text(text + f"<script>{script}</script>", encoding="utf-8")
    document, console = browser.opened(
        tmp_path / "page.html", tmp_path / "profile", (width, 900), "--disable-gpu", "--dump-dom"
    )
    scrolled, seen = map(int, re.search(r"<title>(\d+) of (\d+)", document).groups())
    assert scrolled <= seen and not console
    wide = text.replace("minmax(9rem, 1.4fr)", "100rem").replace(
        "1fr; gap: .1rem", "100rem; gap: 0"
    )
    (tmp_path / "page.html").write_text(wide + f"<script>{script}</script>", encoding="utf-8")
    document, _ = browser.opened(
        tmp_path / "page.html", tmp_path / "profile", (width, 900), "--disable-gpu", "--dump-dom"
    )
    scrolled, seen = map(int, re.search(r"<title>(\d+) of (\d+)", document).groups())
    assert scrolled > seen  # the control
