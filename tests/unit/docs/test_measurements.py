"""Numbers on the pages are those of the table of measurements."""

import pytest

import measurements

PAGES = measurements.pages()
TABLE = measurements.measurements()


@pytest.mark.parametrize("measurement", TABLE, ids=lambda each: each.what)
def test_no_page_quotes_another_value(measurement):
    found = {page: list(measurements.quotations(measurement, text)) for page, text in PAGES.items()}
    wrong = [page for page, right in found.items() if not all(right)]
    assert wrong == [], "correct the page, or docs/measurements.yaml with the commit"
    assert any(found.values()), "no page quotes it: correct or remove it in docs/measurements.yaml"


def test_another_value_is_noticed():
    kernel = next(each for each in TABLE if "kernel 40" in each.what)
    text = PAGES["docs/explanation/speed.md"]
    assert kernel.value in text
    changed = text.replace(kernel.value, kernel.value.replace("| ", "| 9", 1))
    assert list(measurements.quotations(kernel, changed)) == [False]
    assert list(measurements.quotations(kernel, text)) == [True]
