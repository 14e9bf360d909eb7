"""Python of the pages runs as it stands."""

import re

import pytest

from paths import ROOT

PAGES = sorted((ROOT / "docs").rglob("*.md"))
BLOCKS = [
    (page.relative_to(ROOT).as_posix(), number, code)
    for page in PAGES
    if "generated" not in page.parts
    for number, code in enumerate(
        re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)
    )
]


@pytest.mark.parametrize(("page", "number", "code"), BLOCKS, ids=lambda value: str(value)[:40])
def test_a_snippet_of_python_runs(page, number, code):
    exec(compile(code, f"{page}, block {number}", "exec"), {})


def test_there_are_snippets():
    assert len(BLOCKS) >= 2
