"""Sphinx's settings for the pages of this folder.

`uv run --group docs sphinx-build -W docs OUT` builds them, with warnings as errors.
"""

import os
import sys
import tomllib
from pathlib import Path

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
nitpicky = False
html_theme = "furo"
html_title = f"spinlens {version}"
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
napoleon_google_docstring = False
