"""Pages from templates: text is escaped, nothing may be missing, JSON is safe within a script."""

import json
import re

import jinja2
import pytest

from spinlens.core import templates

PAGE = "core/templates/page.html"


@pytest.fixture
def library(tmp_path, monkeypatch):
    """A library with one template, which extends the frame."""
    (tmp_path / "core" / "templates").mkdir(parents=True)
    (tmp_path / PAGE).write_text((templates.LIBRARY / PAGE).read_text(encoding="utf-8"))
    (tmp_path / "data.html").write_text(
        f'{{% extends "{PAGE}" %}}{{% block body %}}<script>{{{{ data | tojson }}}}</script>'
        "{% endblock %}"
    )
    monkeypatch.setattr(templates, "LIBRARY", tmp_path)
    templates._environment.cache_clear()
    yield tmp_path
    templates._environment.cache_clear()


def test_the_frame_is_a_whole_page_and_escapes_text():
    page = templates.render(PAGE, title="a < b & <i>c</i>")
    assert page.startswith("<!DOCTYPE html>") and page.endswith("</html>\n")
    assert page.count("a &lt; b &amp; &lt;i&gt;c&lt;/i&gt;") == 2 and "<i>" not in page


def test_a_value_that_is_missing_is_an_error():
    with pytest.raises(jinja2.UndefinedError, match="title"):
        templates.render(PAGE)


def test_data_come_back_from_a_script_and_cannot_end_it(library):
    data = {"b": "</script><b>", "a": [1.5, None, "é"]}
    page = templates.render("data.html", title="data", data=data)
    [stored] = re.findall(r"<script>(.*)</script>", page)
    assert json.loads(stored) == data and "<" not in stored
    assert list(json.loads(stored)) == ["b", "a"]  # in their order


def test_a_number_that_json_has_not_is_an_error(library):
    with pytest.raises(ValueError, match="JSON"):
        templates.render("data.html", title="data", data=[float("nan")])
