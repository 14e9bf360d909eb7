"""Table of measured numbers that the pages quote, and the quotations that differ from it."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "docs/measurements.yaml"
LONGEST_VALUE = 80  # characters

_HEAD = """# Measurements

Numbers that README and these pages quote, each with the commit where it entered the project and the
command that measures it. A test fails where a page quotes another value. Times depend on the
machine. Measurements on machines that most do not have stand in `resources/measured`.

| what | value | commit | command |
| --- | --- | --- | --- |
"""


class Measurement(NamedTuple):
    """A number, or several, that pages quote.

    Attributes
    ----------
    what, value
        What was measured, and its value as quoted.
    quoted
        Text around the value, which `{}` stands for.
    commit, command
        Where it entered the project, and what measures it.
    """

    what: str
    value: str
    quoted: str
    commit: str
    command: str


def measurements() -> list[Measurement]:
    """Read the table."""
    return [Measurement(**row) for row in yaml.safe_load(TABLE.read_text(encoding="utf-8"))]


def pages() -> dict[str, str]:
    """Text of README and of the pages by path, white space as single spaces."""
    files = [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]
    return {
        file.relative_to(ROOT).as_posix(): " ".join(file.read_text(encoding="utf-8").split())
        for file in sorted(files)
        if "generated" not in file.parts
    }


def quotations(measurement: Measurement, text: str) -> Iterator[bool]:
    """Say of each quotation of a measurement in a text whether it has the value of the table.

    Parameters
    ----------
    measurement
        What is quoted.
    text
        The text, white space as single spaces.

    Yields
    ------
    bool
        True if the value is that of the table.
    """
    before, after = measurement.quoted.split("{}")
    around = f"{re.escape(before)}(?=.{{1,{LONGEST_VALUE}}}?{re.escape(after)})"
    for found in re.finditer(around, text):
        yield text.startswith(measurement.value + after, found.end())


def page() -> str:
    """Write the page in Markdown."""
    rows = (
        f"| {each.what} | {each.value.replace('|', ',')} | {each.commit} | `{each.command}` |"
        for each in measurements()
    )
    return _HEAD + "\n".join(rows) + "\n"
