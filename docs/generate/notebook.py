"""The notebook of the how-to pages as a page of text and code."""

import json
from pathlib import Path

FILE = Path(__file__).parents[1] / "howto" / "notebook.ipynb"


def cells() -> list[tuple[str, str]]:
    """Return the cells of the notebook.

    Returns
    -------
    list of tuple
        "markdown" or "code", and the text, of each.
    """
    found = json.loads(FILE.read_text(encoding="utf-8"))["cells"]
    return [(cell["cell_type"], "".join(cell["source"])) for cell in found]


def page() -> str:
    """Return the notebook as Markdown.

    Returns
    -------
    str
        Text as it is, code in fences.
    """
    return "\n\n".join(
        f"```python\n{text}\n```" if kind == "code" else text for kind, text in cells()
    )
