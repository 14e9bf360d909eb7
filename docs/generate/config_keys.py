"""Page of all config keys, from the schema and from the comments of config.yaml."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "config.yaml"
SCHEMA = ROOT / "workflow/schemas/config.schema.yaml"
LONGEST_DEFAULT = 70  # characters; longer ones are read in config.yaml

_SECTION = re.compile(r"# --- (.+?) -+$")
_KEY = re.compile(r"([A-Za-z_]+):(.*)$")
_CONTINUATION = re.compile(r" {10,}# ?(.*)$")

_HEAD = """# Config keys

`config.yaml` at the root of the repository holds every key with its default. A file
of your own, given by `--configfile my.yaml`, lies over it, and `--config key=value` lies over both.
Types and ranges are checked before any job starts. A key marked *hyperparameter* may be swept
(`sweep`) and overridden by a point (`points`, `evidence_points`). This page is generated from
`config.yaml` and `workflow/schemas/config.schema.yaml`.
"""


@dataclass
class Key:
    """A config key as config.yaml shows it.

    Attributes
    ----------
    name, section
        The key, and the title of its section.
    comment
        What stands beside it.
    preface
        Comment lines above it.
    """

    name: str
    section: str
    comment: str = ""
    preface: str = ""


@dataclass
class Section:
    """A section of config.yaml: its title, the comment below the title, and its keys."""

    title: str
    intro: str = ""
    keys: list[Key] = field(default_factory=list)


def sections(text: str) -> list[Section]:
    """Read the sections of config.yaml with the comment of each key.

    Parameters
    ----------
    text
        Content of config.yaml.

    Returns
    -------
    list of Section
        In the order of the file.
    """
    found: list[Section] = []
    above: list[str] = []
    for line in text.splitlines():
        if title := _SECTION.match(line):
            found.append(Section(title[1].strip()))
            above = []
        elif not found:
            continue
        elif line.startswith("#"):
            above.append(line.removeprefix("#").strip())
        elif key := _KEY.match(line):
            _add_key(found[-1], key[1], key[2], " ".join(above))
            above = []
        elif found[-1].keys and (more := _CONTINUATION.match(line)):
            _continue(found[-1].keys[-1], more[1])
        elif found[-1].keys and line.startswith(("  {", "        ")) and " # " in line:
            _continue(found[-1].keys[-1], line.split(" # ", 1)[1])
    return found


def page() -> str:
    """Write the page in Markdown.

    Returns
    -------
    str
        A heading for each section, an entry for each key.
    """
    schema = yaml.safe_load(SCHEMA.read_text(encoding="utf-8"))
    text = CONFIG.read_text(encoding="utf-8")
    defaults = yaml.safe_load(text)
    lines = [_HEAD]
    for section in sections(text):
        lines += [f"## {section.title.capitalize()}", "", section.intro, ""]
        for key in section.keys:
            lines += _entry(key, defaults[key.name], schema)
    return "\n".join(lines) + "\n"


def must_be(name: str, schema: Mapping[str, Any]) -> str:
    """Say what the schema asks of a key.

    Parameters
    ----------
    name
        The key.
    schema
        The schema of the config.

    Returns
    -------
    str
        Type and range; empty if the schema does not describe it.
    """
    rule = schema["properties"][name]
    while "$ref" in rule:
        rule = _referred(rule["$ref"], schema)
    return str(rule.get("description", ""))


def _add_key(section: Section, name: str, rest: str, above: str) -> None:
    if above and not section.keys:
        section.intro, above = above, ""
    comment = rest.split("# ", 1)[1].strip() if "# " in rest else ""
    section.keys.append(Key(name, section.title, comment, above))


def _continue(key: Key, comment: str) -> None:
    key.comment = f"{key.comment} {comment.strip()}".strip()


def _entry(key: Key, default: Any, schema: Mapping[str, Any]) -> Iterator[str]:
    if key.preface:
        yield from (key.preface, "")
    kind = " · *hyperparameter*" if key.name in schema["$defs"]["hyperparameters"] else ""
    rule = must_be(key.name, schema)
    yield f"({key.name})="
    yield f"`{key.name}`{kind}"
    yield f": {_escaped(key.comment) or 'See above.'}"
    yield ""
    yield f"  Default: {_default(default)}. Must be: {_escaped(rule)}."
    yield ""


def _default(value: Any) -> str:
    flow = yaml.safe_dump(value, default_flow_style=True, width=1000, sort_keys=False).strip()
    flow = flow.removesuffix("...").strip()
    return f"`{flow}`" if len(flow) <= LONGEST_DEFAULT else "see `config.yaml`"


def _escaped(text: str) -> str:
    """Keep Markdown from reading asterisks of a comment as emphasis."""
    return text if "`" in text else text.replace("*", "\\*")


def _referred(reference: str, schema: Mapping[str, Any]) -> Mapping[str, Any]:
    found: Any = schema
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found
