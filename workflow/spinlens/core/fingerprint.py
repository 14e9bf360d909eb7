"""Fingerprints of source code, so that a rule reruns when the code that it uses changes.

Snakemake compares a script's time stamp and never looks into what it imports. A rule that
lists its fingerprint among its `params` reruns when the text of its script, or of any module
or HTML template of the library that the script reaches, differs; touching a file changes nothing.
"""

import ast
import hashlib
import re
from functools import cache
from pathlib import Path

LIBRARY = Path(__file__).parents[1]
USED_TEMPLATE = re.compile(r"""\{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")


def fingerprint(script):
    """Short sha256 over a script and all modules and templates of the library that it uses."""
    digest = hashlib.sha256()
    for path in sorted(reached(Path(script))):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def reached(path):
    """The file and every file of the library that it imports or renders, directly or not."""
    found, waiting = set(), [Path(path)]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(_imported(current) if current.suffix == ".py" else _included(current))
    return found


@cache
def _imported(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {module for node in ast.walk(tree) for module in _module_names(node, path)}
    return {file for module in modules for file in _files(module)} | _templates(tree)


def _templates(tree):
    """Templates that a module names, by their path within the library (see templates.py)."""
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    names = {text for text in texts if isinstance(text, str) and text.endswith(".html")}
    return {LIBRARY / name for name in names if (LIBRARY / name).is_file()}


@cache
def _included(template):
    """Templates that a template extends or includes."""
    return {LIBRARY / name for name in USED_TEMPLATE.findall(template.read_text(encoding="utf-8"))}


def _module_names(node, path):
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = _absolute(node, path)
        return [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return []


def _absolute(node, path):
    if not node.level:
        return node.module
    package = path.parent
    for _ in range(node.level - 1):
        package = package.parent
    parts = (LIBRARY.name, *package.relative_to(LIBRARY).parts)
    return ".".join((*parts, node.module) if node.module else parts)


def _files(module):
    """Files that importing a dotted name of the library runs: its packages and itself."""
    first, *rest = module.split(".")
    if first != LIBRARY.name:
        return []
    steps = [LIBRARY.joinpath(*rest[:depth]) for depth in range(len(rest) + 1)]
    candidates = [f for step in steps for f in (step / "__init__.py", step.with_suffix(".py"))]
    return [file for file in candidates if file.is_file() and LIBRARY in file.parents]
