"""Tables as pages: one HTML file each, self-contained, without scripts, legible on a phone."""

from collections.abc import Collection, Sequence
from math import isfinite
from typing import Any, NamedTuple

from spinlens.core.templates import render

MISSING = "–"


class Table(NamedTuple):
    """A table of text.

    Attributes
    ----------
    title : str
        Its heading, left out on a page of the same title.
    columns : Sequence[str]
        Headings of its columns.
    rows : Sequence[Sequence[str]]
        Cells in the order of the columns; the first cell names its row.
    numeric : Collection[str]
        Headings of the columns set flush right.
    """

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]
    numeric: Collection[str] = ()


def page(title: str, introduction: str, tables: Sequence[Table], note: str = "") -> str:
    """Make an HTML page of tables.

    Parameters
    ----------
    title : str
        Title of the page.
    introduction : str
        Paragraph above the tables.
    tables : Sequence[Table]
        The tables. Every text of theirs is escaped.
    note : str
        A second paragraph, for what is missing; none if empty.

    Returns
    -------
    str
        The page.
    """
    return render(
        "report/templates/tables.html",
        title=title,
        introduction=introduction,
        tables=tables,
        note=note,
    )


def table_page(
    title: str,
    introduction: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[str]],
    numeric: Collection[str] = (),
) -> str:
    """Make an HTML page of one table.

    Parameters
    ----------
    title, introduction : str
        Title of the page and of its table, and paragraph above.
    columns, rows, numeric
        As a `Table` has them.

    Returns
    -------
    str
        The page.
    """
    return page(title, introduction, [Table(title, columns, rows, numeric)])


def number(value: Any, form: str = ".3f") -> str:
    """Write a number as a cell, by a format of Python; a dash if it is None, NaN or infinite."""
    return MISSING if value is None or not isfinite(value) else format(value, form)


def text(value: Any) -> str:
    """Write a value that pandas read as a cell, empty if it is None or NaN."""
    return "" if value is None or value != value else str(value)
