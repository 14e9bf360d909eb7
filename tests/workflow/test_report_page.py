"""The report as a browser without a network shows it."""

import re
import shutil

import numpy as np
import pytest
from PIL import Image

import browser

TAILWIND = "cdn.tailwindcss.com"  # a notice of the style sheet that Snakemake's report holds
CATEGORIES = ("Architecture", "Data", "Densities", "Evidence", "Filters", "Sweep", "Training")


def complaints(console):
    return [line for line in console if TAILWIND not in line]


def test_it_opens_with_every_category_and_the_page_of_findings(finished, tmp_path):
    report = finished.folder / "results" / "report.html"
    document, console = browser.opened(
        report, tmp_path / "profile", (1300, 1000), "--disable-gpu", "--dump-dom"
    )
    assert complaints(console) == []
    for text in (*CATEGORIES, "What came in", "What was trained"):
        assert text in document


@pytest.mark.parametrize("size", [(1300, 1000), (400, 800)], ids=["desk", "phone"])
def test_it_is_drawn(finished, tmp_path, size):
    picture = tmp_path / "report.png"
    browser.opened(
        finished.folder / "results" / "report.html", tmp_path / "profile", size,
        "--disable-gpu", f"--screenshot={picture}",
    )  # fmt: skip
    with Image.open(picture) as image:
        colours = np.unique(np.asarray(image.convert("L")))
    assert len(colours) > 50


SAY_TOP = """<script>setTimeout(() => {
  const headings = [...document.querySelectorAll("h1")];
  const heading = headings.find(h => h.textContent.includes("spinlens"));
  document.title = "top at " + Math.round(heading.getBoundingClientRect().top);
}, 1000)</script></body>
"""


@pytest.mark.parametrize("styled", [True, False], ids=["as written", "without our style"])
def test_the_first_page_is_read_from_its_top(finished, tmp_path, styled):
    """Snakemake centres it, which puts the top of a long page out of reach: the control."""
    page = tmp_path / "report.html"
    text = (finished.folder / "results" / "report.html").read_text(encoding="utf-8")
    text = text if styled else text.replace("align-items: flex-start", "align-items: center")
    before, after = text.rsplit("</body>", 1)  # its own script holds another one
    page.write_text(before + SAY_TOP + after, encoding="utf-8")
    document, _ = browser.opened(
        page, tmp_path / "profile", (1300, 300), "--disable-gpu", "--dump-dom"
    )
    top = int(re.search(r"top at (-?\d+)", document).group(1))
    assert (0 <= top < 300) == styled


def test_a_broken_report_is_noticed(finished, tmp_path):
    """The control: markup among the results ends their script early."""
    broken = tmp_path / "report.html"
    shutil.copy(finished.folder / "results" / "report.html", broken)
    text = broken.read_text(encoding="utf-8")
    place = text.index("var results = ") + len("var results = {")
    broken.write_text(text[:place] + "</script>" + text[place:], encoding="utf-8")
    _, console = browser.opened(
        broken, tmp_path / "profile", (800, 600), "--disable-gpu", "--dump-dom"
    )
    assert complaints(console)
