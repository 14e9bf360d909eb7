"""The page of error messages: every message of the code is there, with a cause and a cure."""

import messages

FOUND = messages.messages()
CAUSES = messages.causes()


def test_every_module_that_refuses_something_has_a_cause_and_a_cure():
    without = {message.module for message in FOUND} - CAUSES.keys()
    assert without == set(), "add a line for them to docs/generate/causes.yaml"
    files = [messages.WORKFLOW / "spinlens" / f"{name}.py" for name in CAUSES]
    scripts = [messages.WORKFLOW / f"{name}.py" for name in CAUSES]
    assert all(a.is_file() or b.is_file() for a, b in zip(files, scripts, strict=True))
    assert all(cause.strip() and cure.strip() for _, cause, cure in CAUSES.values())


def test_every_message_is_on_the_page():
    page = messages.page()
    assert len(FOUND) > 150
    assert [each for each in FOUND if f"- `{each.text.replace('`', '')}`" not in page] == []


def test_values_in_a_message_become_an_ellipsis(tmp_path, monkeypatch):
    monkeypatch.setattr(messages, "WORKFLOW", tmp_path)
    file = tmp_path / "spinlens" / "density" / "new.py"
    file.parent.mkdir(parents=True)
    (tmp_path / "scripts").mkdir()
    file.write_text('raise SpinlensError(f"{path}: {n} voxels, set grid")\nraise OSError("x")\n')
    assert messages.messages() == [("density/new", "…: … voxels, set grid")]


def test_sections_are_not_torn_apart():
    sections = [section for section, *_ in CAUSES.values()]
    runs = [a for a, b in zip(sections, [None, *sections], strict=False) if a != b]
    assert len(runs) == len(set(runs))
