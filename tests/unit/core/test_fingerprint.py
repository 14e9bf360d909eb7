"""Fingerprints follow the text of a script and of what it imports, and nothing else."""

import os

import pytest

from spinlens.core import fingerprint


@pytest.fixture
def library(tmp_path, monkeypatch):
    files = {
        "spinlens/__init__.py": "",
        "spinlens/base.py": "X = 1\n",
        "spinlens/middle.py": "from spinlens.base import X\n",
        "spinlens/other.py": "import spinlens.pack.inner\n",
        "spinlens/pack/__init__.py": "from .outer import Z\n",
        "spinlens/pack/inner.py": "def late():\n    from ..base import X\n",
        "spinlens/pack/outer.py": "from . import inner\nZ = 1\n",
        "script.py": "from spinlens import middle\n",
        "packed.py": "from spinlens import pack\n",
        "spinlens/page.py": 'PAGE = "pack/page.html"\n',
        "spinlens/pack/page.html": '{% extends "pack/frame.html" %}{% include "pack/draw.js" %}',
        "spinlens/pack/frame.html": "<html>",
        "spinlens/pack/draw.js": "draw();",
        "spinlens/pack/other.html": "<html>",
        "rendering.py": "from spinlens import page\n",
    }
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    monkeypatch.setattr(fingerprint, "LIBRARY", tmp_path / "spinlens")
    monkeypatch.setattr(fingerprint, "KEPT", tmp_path / "imports.json")
    clear_caches()
    return tmp_path


def clear_caches():
    fingerprint._imported.cache_clear()
    fingerprint._included.cache_clear()
    fingerprint._known.cache_clear()


def changed(script, file, library):
    before = fingerprint.fingerprint(library / script)
    with open(library / file, "a") as stream:
        stream.write("# edited\n")
    clear_caches()
    return fingerprint.fingerprint(library / script) != before


@pytest.mark.parametrize("file", ["script.py", "spinlens/middle.py", "spinlens/base.py"])
def test_an_edit_of_what_is_reached_changes_it(library, file):
    assert changed("script.py", file, library)


@pytest.mark.parametrize("file", ["spinlens/other.py", "spinlens/pack/inner.py"])
def test_an_edit_of_what_is_not_reached_does_not(library, file):
    assert not changed("script.py", file, library)


@pytest.mark.parametrize(
    "file", ["spinlens/pack/__init__.py", "spinlens/pack/outer.py", "spinlens/pack/inner.py",
             "spinlens/base.py"],
)  # fmt: skip
def test_packages_relative_and_late_imports_are_followed(library, file):
    assert changed("packed.py", file, library)


@pytest.mark.parametrize("file", ["page.html", "frame.html", "draw.js"])
def test_templates_are_followed_to_those_that_they_extend_and_include(library, file):
    assert changed("rendering.py", f"spinlens/pack/{file}", library)


def test_an_edit_of_another_template_changes_nothing(library):
    assert not changed("rendering.py", "spinlens/pack/other.html", library)


def test_touching_changes_nothing(library):
    before = fingerprint.fingerprint(library / "script.py")
    os.utime(library / "spinlens/base.py", (1, 1))
    assert fingerprint.fingerprint(library / "script.py") == before


def test_what_modules_name_is_kept_and_changes_no_fingerprint(library, monkeypatch):
    before = fingerprint.fingerprint(library / "packed.py")
    fingerprint.keep()
    clear_caches()
    parsed = []
    monkeypatch.setattr(fingerprint, "_names", lambda tree, path: parsed.append(path) or set())
    assert fingerprint.fingerprint(library / "packed.py") == before and parsed == []
    assert changed("packed.py", "spinlens/pack/inner.py", library)
    assert parsed == [library / "spinlens/pack/inner.py"]


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_a_damaged_record_of_imports_is_made_again(library, content):
    before = fingerprint.fingerprint(library / "script.py")
    fingerprint.KEPT.write_text(content)
    clear_caches()
    assert fingerprint.fingerprint(library / "script.py") == before
