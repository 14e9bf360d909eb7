"""Links of README and others lead to files; Sphinx checks those of the pages as it builds them."""

import re

import pytest

from paths import ROOT

PAGES = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "results/README.md", "resources/README.md"]
LINK = re.compile(r"\]\((?!https?:|#)([^)#]+)")
LARGEST_README = 6000  # bytes


def missing(folder, text):
    return [target for target in LINK.findall(text) if not (folder / target).exists()]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files(page):
    file = ROOT / page
    assert missing(file.parent, file.read_text(encoding="utf-8")) == []


def test_a_broken_link_is_noticed():
    assert missing(ROOT, "[a](README.md), [b](nowhere.md#part)") == ["nowhere.md"]


def test_readme_is_short():
    assert (ROOT / "README.md").stat().st_size <= LARGEST_README
