"""Sphinx's settings for the pages of this folder.

`uv run --group docs sphinx-build -W docs OUT` builds them, with warnings as errors.
"""

import os
import re
import sys
import tomllib
from pathlib import Path
from typing import Any

DOCS = Path(__file__).parent
ROOT = DOCS.parent
sys.path[:0] = [str(ROOT / "workflow"), str(DOCS / "generate")]
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pages  # noqa: E402

pages.write(DOCS / "generated")

_PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

project = _PROJECT["name"]
release = version = _PROJECT["version"]
author = "The spinlens authors"
copyright = "The spinlens authors, MIT licence"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "sphinx.ext.mathjax"]
myst_enable_extensions = ["deflist", "dollarmath", "colon_fence"]
myst_heading_anchors = 3
exclude_patterns = ["generate", "_build"]
default_role = "code"  # docstrings mark names by single backticks
html_theme = "furo"
html_title = f"spinlens {version}"
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
napoleon_google_docstring = False


_OUTSIDE_CODE = re.compile(r"(`[^`]*`)")


def _plain_bars_and_stars(
    app: Any, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Keep |m| and *shape of a docstring from being read as markup."""
    for i, line in enumerate(lines):
        if not line.lstrip().startswith((".. ", ":")):
            parts = _OUTSIDE_CODE.split(line)
            parts[::2] = [
                re.sub(r"(?<!\\)(\||(?<!\*)\*(?=\w))", r"\\\1", part) for part in parts[::2]
            ]
            lines[i] = "".join(parts)


def setup(app: Any) -> None:
    """Connect what reads docstrings; before napoleon, which writes stars of its own."""
    app.connect("autodoc-process-docstring", _plain_bars_and_stars, priority=100)
