from html.parser import HTMLParser

import pandas as pd
import pytest

from spinlens.evidence.table import COLUMNS as EVIDENCE_COLUMNS
from spinlens.report import html_table

HOSTILE = '<script>alert("μ")</script> & "quoted"'


class Page(HTMLParser):
    """Cells of the table by row, tags and attributes of a page."""

    def __init__(self, html):
        super().__init__()
        self.rows, self.tags, self.attributes, self._in_cell = [], set(), {}, False
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes |= dict(attrs)
        if tag == "tr":
            self.rows.append([])
        if tag in ("td", "th"):
            self.rows[-1].append("")
            self._in_cell = True

    def handle_endtag(self, tag):
        if tag in ("td", "th"):
            self._in_cell = False

    def handle_data(self, data):
        if self._in_cell:
            self.rows[-1][-1] += data


def excluded_page(calculation="Cr2Te6_AFM", reason="not selected: order is AFM"):
    row = {"calculation": calculation, "reason": reason, "source": "runs/Cr2Te6/CHGCAR.gz"}
    return html_table.excluded(pd.DataFrame([row]))


def test_excluded_lists_calculation_reason_and_source():
    rows = Page(excluded_page()).rows
    assert rows == [
        ["calculation", "reason", "source"],
        ["Cr2Te6_AFM", "not selected: order is AFM", "runs/Cr2Te6/CHGCAR.gz"],
    ]


@pytest.mark.parametrize("place", ["calculation", "reason"])
def test_names_from_outside_stay_text(place):
    html = excluded_page(**{place: HOSTILE})
    page = Page(html)
    assert "script" not in page.tags and "<script" not in html
    assert HOSTILE in page.rows[1]
    assert "script" in Page(html.replace("&lt;", "<").replace("&gt;", ">")).tags  # the control


def test_headings_from_outside_stay_text():
    page = Page(html_table.page(HOSTILE, HOSTILE, [HOSTILE, '" onclick="x'], [["a", "b"]]))
    assert not {"script", "onclick"} & (page.tags | set(page.attributes))


def test_a_page_needs_no_network_and_no_script():
    html = excluded_page()
    assert not {"script", "link", "img", "iframe"} & Page(html).tags
    assert "http" not in html and "url(" not in html and "@import" not in html
    assert '<meta name="viewport"' in html and '<meta charset="utf-8">' in html


def test_on_a_narrow_screen_each_cell_brings_its_heading():
    html = excluded_page()
    assert "@media (max-width" in html
    assert 'data-label="reason">not selected' in html


def test_a_table_without_rows_says_so():
    empty = pd.DataFrame(columns=["calculation", "reason", "source"])
    assert Page(html_table.excluded(empty)).rows[1] == ["none"]


def test_architecture_adds_up():
    layers = pd.DataFrame(
        [("first_convolution", "Conv3D", "5×5×5×3", 384003), ("classes", "Dense", "2", 50)],
        columns=["layer", "kind", "output_shape", "parameters"],
    )
    html = html_table.architecture(layers)
    assert Page(html).rows[1] == ["first convolution", "Conv3D", "5×5×5×3", "384,003"]
    assert "384,053 parameters" in html


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
    heading, cells = Page(html_table.sweep(pd.DataFrame([row | changed]))).rows
    return dict(zip(heading, cells, strict=True))


def test_sweep_shows_the_2018_numbers_for_what_they_are():
    cells = sweep_rows()
    assert cells["what it came to"] == "one class for every sample: at the majority baseline"
    assert cells["training accuracy"] == "0.605 (26/43)"
    assert cells["validation accuracy"] == "0.579 (11/19)"
    assert cells["majority baseline, validation"] == "0.579"
    assert cells["95 % interval, validation"] == "0.36 to 0.77"
    assert cells["parameters"] == "128,003"


def test_sweep_leaves_out_what_a_diverged_fit_has_not():
    missing = dict.fromkeys(("training_accuracy", "validation_accuracy"), float("nan"))
    cells = sweep_rows(diverged=True, training_balanced_accuracy=None, **missing)
    assert cells["what it came to"].startswith("diverged")
    assert cells["training accuracy"] == cells["95 % interval, validation"] == "–"
    assert cells["balanced accuracy, training"] == "–"
    assert cells["majority baseline, training"] == "0.605"


def test_evidence_names_points_of_the_sweep_as_the_sweep_does_and_others_by_their_folder():
    values = dict.fromkeys(EVIDENCE_COLUMNS, "0.5")
    others = "filters~8_kernel_size~5_convolutions~8-8"
    table = pd.DataFrame([values | {"point": name} for name in ("filters~3", others)])
    rows = Page(html_table.evidence(table, {"filters~3": "base"})).rows[1:]
    assert [row[0] for row in rows] == ["base", "filters 8, kernel size 5, convolutions 8-8"]
