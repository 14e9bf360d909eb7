"""The report as a browser without a network shows it."""

import re
import shutil

import numpy as np
import pytest
from PIL import Image

import browser

pytestmark = pytest.mark.slow

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
    for text in (*CATEGORIES, "Verdict:", "Networks", "Majority baseline"):
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


SAY_TOP = """
  const heading = [...document.querySelectorAll("h1")].find(h => h.textContent === "spinlens");
  document.title = "top at " + Math.round(heading.getBoundingClientRect().top);
"""
SAY_FIRST_SCREEN = """
  const top = name => Math.round(document.querySelector(name).getBoundingClientRect().top);
  document.title = [top(".prose strong"), top(".first img"),
    document.querySelector(".first img").naturalWidth,
    document.documentElement.scrollWidth, innerWidth].join(" ");
"""
CLICK_DENSITIES = """
  const named = [...document.querySelectorAll("a")].filter(a => a.textContent === "Densities");
  named.pop().click();
"""
SEARCH_ISOSURFACE = """
  const box = document.querySelector("input");
  const value = Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value");
  value.set.call(box, "isosurface");
  box.dispatchEvent(new Event("input", {bubbles: true}));
  const enter = {key: "Enter", charCode: 13, keyCode: 13, bubbles: true};
  setTimeout(() => box.dispatchEvent(new KeyboardEvent("keypress", enter)), 300);
"""


def used(text, folder, script, size=(1300, 1000)):
    """Document of a report of this text after a script has used it."""
    before, after = text.rsplit("</body>", 1)  # its own script holds another one
    page = folder / "report.html"
    script = f"<script>setTimeout(() => {{{script}}}, 1000)</script></body>"
    page.write_text(before + script + after, encoding="utf-8")
    return browser.opened(page, folder / "profile", size, "--disable-gpu", "--dump-dom")[0]


def text_of(finished):
    return (finished.folder / "results" / "report.html").read_text(encoding="utf-8")


@pytest.mark.parametrize("size", [(1300, 900), (500, 900)], ids=["desk", "phone"])
def test_the_first_screen_holds_the_verdict_and_a_picture(finished, tmp_path, size):
    document = used(text_of(finished), tmp_path, SAY_FIRST_SCREEN, size)
    verdict, picture, loaded, scrolled, seen = map(
        int, re.search(r"<title>([-\d ]+)</title>", document).group(1).split()
    )
    assert 0 < verdict < size[1] and 0 < picture < size[1] - 100
    assert loaded > 100 and scrolled <= seen


@pytest.mark.parametrize("styled", [True, False], ids=["as written", "without our style"])
def test_the_first_page_is_read_from_its_top(finished, tmp_path, styled):
    """Snakemake centres it, which puts the top of a long page out of reach: the control."""
    text = text_of(finished)
    text = text if styled else text.replace("align-items: flex-start", "align-items: center")
    document = used(text, tmp_path, SAY_TOP, (1300, 300))
    top = int(re.search(r"top at (-?\d+)", document).group(1))
    assert (0 <= top < 300) == styled


@pytest.mark.parametrize(
    ("script", "shown", "not_shown"),
    [
        (CLICK_DENSITIES, ["slices across c", "isosurfaces"], "whether accuracies"),
        (SEARCH_ISOSURFACE, ["isosurfaces"], "slices across c"),
        ("", [], "slices across c"),  # the control: nothing is used
    ],
    ids=["category", "search", "nothing"],
)
def test_categories_and_the_search_lead_to_figures(finished, tmp_path, script, shown, not_shown):
    document = used(text_of(finished), tmp_path, script)
    drawn = document.split('id="app"')[1].split("<script")[0]
    entries = re.findall(r"<td[^>]*>(?:<[^>]*>)*([^<]+)", drawn)
    assert set(shown) <= set(entries)
    assert not_shown not in entries


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
