"""Captions of the report are templates that render, and valid reStructuredText."""

import re

import pytest
import yaml
from docutils.core import publish_parts
from jinja2 import Environment, StrictUndefined

from paths import ROOT


class Job:
    def __init__(self, config):
        self.config = config
        self.wildcards = type("Wildcards", (), {"point": "filters~2_*learning_rate~1"})


class File:
    """A result of the report, or a category of them."""

    def __init__(self, name):
        self.name, self.target, self.path = name, name, f"results/figures/{name}"


@pytest.mark.parametrize(
    "caption", sorted((ROOT / "workflow/report").glob("*.rst")), ids=lambda p: p.stem
)
@pytest.mark.parametrize("study", [{}, {"select": None, "window": 12.5}])
def test_captions_render_with_the_config_at_hand(caption, study):
    config = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")) | study
    config["grid"] = config["grid"] or [60, 60, 120]  # chosen before any caption is written
    environment = Environment(trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
    text = environment.from_string(caption.read_text(encoding="utf-8"))
    files = [File("sweep.svg"), File("other.svg")]
    rendered = text.render(snakemake=Job(config), files=files, categories=[File("Data")])
    strict = {"report_level": 1, "halt_level": 2}
    body = publish_parts(rendered, writer="html", settings_overrides=strict)["html_body"]
    assert not re.search(r"\{[{%]|None", body)
