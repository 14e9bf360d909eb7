"""Page of all error messages, collected from the code, with causes and cures from causes.yaml."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

ROOT = Path(__file__).parents[2]
WORKFLOW = ROOT / "workflow"
CAUSES = Path(__file__).with_name("causes.yaml")
FAMILY = ("SpinlensError", "Excluded")
PLACEHOLDER = "…"

_HEAD = """# Error messages

Each message is one line that says what to change. It stands in the job's log, on the terminal or,
of a calculation, in `results/excluded.tsv`; a bad calculation stops nothing else. `…` stands for
what differs from case to case. This page is collected from the code.
"""


class Message(NamedTuple):
    """A message in the code.

    Attributes
    ----------
    module
        Path of the module below `workflow/spinlens` or `workflow`, without its ending.
    text
        The message, `…` in place of values.
    """

    module: str
    text: str


def messages() -> list[Message]:
    """Collect the messages of the errors that a user can fix.

    Returns
    -------
    list of Message
        By module, in the order of the code.
    """
    files = [*(WORKFLOW / "spinlens").rglob("*.py"), *(WORKFLOW / "scripts").rglob("*.py")]
    return [message for file in sorted(files) for message in _of_file(file)]


def causes() -> dict[str, tuple[str, str, str]]:
    """Read section, cause and cure of each module."""
    return {
        module: tuple(entry)
        for module, entry in yaml.safe_load(CAUSES.read_text(encoding="utf-8")).items()
    }


def page() -> str:
    """Write the page in Markdown.

    Returns
    -------
    str
        A heading for each section; for each module its cause, its cure and its messages.
    """
    found: dict[str, list[str]] = {}
    for message in messages():
        found.setdefault(message.module, []).append(message.text)
    lines, section = [_HEAD], ""
    for module, (own_section, cause, cure) in causes().items():
        if own_section != section:
            section = own_section
            lines += [f"## {section}", ""]
        lines += [f"**Cause.** {cause} **Cure.** {cure}", ""]
        lines += [f"- `{text.replace('`', '')}`" for text in dict.fromkeys(found.get(module, []))]
        lines.append("")
    return "\n".join(lines)


def _of_file(file: Path) -> Iterator[Message]:
    module = file.relative_to(WORKFLOW).with_suffix("").as_posix().removeprefix("spinlens/")
    calls = [
        node
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in FAMILY
        and node.args
    ]
    for node in sorted(calls, key=lambda call: call.lineno):
        if text := _text(node.args[0]).strip():
            yield Message(module, text)


def _text(node: ast.expr) -> str:
    """Text of a literal or an f-string; empty if nothing of it is literal."""
    if isinstance(node, ast.Constant):
        return str(node.value)
    if not isinstance(node, ast.JoinedStr):
        return ""
    parts = [part.value if isinstance(part, ast.Constant) else PLACEHOLDER for part in node.values]
    text = "".join(map(str, parts))
    return text if text.strip(PLACEHOLDER + " :") else ""
