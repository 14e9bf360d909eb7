"""The reference of config keys: complete, and each key is explained."""

import pytest
import yaml

import config_keys

SCHEMA = yaml.safe_load(config_keys.SCHEMA.read_text(encoding="utf-8"))
TEXT = config_keys.CONFIG.read_text(encoding="utf-8")
KEYS = {key.name: key for section in config_keys.sections(TEXT) for key in section.keys}
INTROS = {section.title: section.intro for section in config_keys.sections(TEXT)}


def test_no_key_is_missing():
    assert KEYS.keys() == SCHEMA["properties"].keys() == yaml.safe_load(TEXT).keys()
    page = config_keys.page()
    assert [name for name in SCHEMA["properties"] if f"\n({name})=\n" not in page] == []


@pytest.mark.parametrize("name", SCHEMA["properties"])
def test_every_key_has_a_meaning_and_a_range(name):
    key = KEYS[name]
    assert key.comment or key.preface or INTROS[key.section]
    assert config_keys.must_be(name, SCHEMA)


def test_a_comment_of_several_lines_is_read_whole():
    text = (
        "# --- data ----\n# Above all.\nfirst: 1   # one\n                          # two\n"
        "# Before the second.\nsecond:\n  {a: 1}   # three\nthird: 3\n"
    )
    (section,) = config_keys.sections(text)
    assert section.intro == "Above all."
    assert [(key.name, key.comment, key.preface) for key in section.keys] == [
        ("first", "one two", ""),
        ("second", "three", "Before the second."),
        ("third", "", ""),
    ]
