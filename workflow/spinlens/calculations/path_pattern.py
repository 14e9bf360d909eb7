"""Path patterns with names, such as {formula}/{order}/CHGCAR*."""

import re

from spinlens.calculations.run_files import COMPRESSED_ENDINGS
from spinlens.core.errors import SpinlensError

_TOKEN = re.compile(r"\{(?P<name>[^{}/]*)\}|(?P<deep>\*\*/)|(?P<star>\*)|(?P<one>\?)")
_LABEL_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*")


def compile_pattern(pattern):
    """A regular expression over relative paths: {name} and * stay within one path part, **/
    spans any depth, a name that comes twice must be the same text twice, and a compressed
    ending may follow.

    Raises SpinlensError, one line, where the pattern is no such pattern.
    """
    if pattern.startswith("/"):
        raise SpinlensError(f"pattern {pattern!r}: must be relative to the folder of calculations")
    expression, seen, at = "", set(), 0
    for token in _TOKEN.finditer(pattern):
        expression += re.escape(pattern[at : token.start()]) + _translate(token, seen, pattern)
        at = token.end()
    rest = pattern[at:]
    if "{" in rest or "}" in rest:
        raise SpinlensError(
            f"pattern {pattern!r}: a brace is not closed; names are written {{name}}"
        )
    endings = "|".join(re.escape(ending) for ending in COMPRESSED_ENDINGS)
    return re.compile(f"{expression}{re.escape(rest)}(?:{endings})?", re.DOTALL)


def _translate(token, seen, pattern):
    if token["deep"]:
        return "(?:[^/]+/)*"
    if token["star"]:
        return "[^/]*"
    if token["one"]:
        return "[^/]"
    name = token["name"]
    if not _LABEL_NAME.fullmatch(name):
        raise SpinlensError(
            f"pattern {pattern!r}: {{{name}}} is no name; use letters, digits and underscores"
        )
    if name in seen:
        return f"(?P={name})"
    seen.add(name)
    return f"(?P<{name}>[^/]+?)"
