"""Pages of tables: safe, self-contained, legible on a phone."""

import pytest

from html_page import Page
from spinlens.report import html_table

HOSTILE = '<script>alert("μ")</script> & "quoted"'
COLUMNS = ["calculation", "reason"]


def made(calculation="Cr2Te6_AFM", reason="not selected: order is AFM"):
    return html_table.table_page("Excluded", "None of these.", COLUMNS, [[calculation, reason]])


@pytest.mark.parametrize("place", ["calculation", "reason"])
def test_names_from_outside_stay_text(place):
    html = made(**{place: HOSTILE})
    page = Page(html)
    assert "script" not in page.tags and "<script" not in html
    assert HOSTILE in page.rows[1]
    assert "script" in Page(html.replace("&lt;", "<").replace("&gt;", ">")).tags  # the control


def test_headings_from_outside_stay_text():
    page = Page(html_table.table_page(HOSTILE, HOSTILE, [HOSTILE, '" onclick="x'], [["a", "b"]]))
    assert not {"script", "onclick"} & (page.tags | set(page.attributes))


def test_a_page_needs_no_network_and_no_script():
    html = made()
    assert not {"script", "link", "img", "iframe"} & Page(html).tags
    assert "http" not in html and "url(" not in html and "@import" not in html
    assert '<meta name="viewport"' in html and '<meta charset="utf-8">' in html


def test_on_a_narrow_screen_each_cell_brings_its_heading():
    html = made()
    assert "@media (max-width" in html
    assert 'data-label="reason">not selected' in html


def test_a_table_without_rows_says_so():
    assert Page(html_table.table_page("Empty", "", COLUMNS, [])).rows == [COLUMNS, ["none"]]


def test_several_tables_have_headings_and_one_has_none():
    tables = [html_table.Table(f"Table {n}", COLUMNS, [["a", "b"]]) for n in (1, 2)]
    html = html_table.page("Tables", "", tables, note="No third table.")
    assert html.count("<h2>") == html.count("<table>") == 2
    assert "<p>No third table.</p>" in html
    assert "<h2>" not in made() and made().count("<table>") == 1


def test_numeric_columns_are_set_flush_right():
    html = html_table.table_page("T", "", COLUMNS, [["a", "1"]], numeric=["reason"])
    assert html.count('class="number"') == html.count('class="text"') == 2
    assert 'class="number"' not in made()


def test_missing_numbers_and_texts():
    assert html_table.number(0.12345) == "0.123" and html_table.number(1234.5, ",.0f") == "1,234"
    for missing in (None, float("nan"), float("inf")):
        assert html_table.number(missing) == "–"
    assert html_table.text(None) == html_table.text(float("nan")) == ""
    assert html_table.text(0) == "0"
