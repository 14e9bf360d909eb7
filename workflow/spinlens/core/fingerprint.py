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
_USED_TEMPLATE = re.compile(r"""\{%-?\s*(?:extends|include|import|from)\s+["']([^"']+)["']""")


def fingerprint(script: Path | str) -> str:
    """First 16 digits of a sha256 of a script and of all that it uses of the library."""
    digest = hashlib.sha256()
    for path in sorted(dependencies(script)):
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def dependencies(path: Path | str) -> set[Path]:
    """Files that a file uses: itself, and every file of the library that it imports or renders.

    Parameters
    ----------
    path
        Python file.

    Returns
    -------
    set[Path]
        Modules and templates, reached directly or through others.
    """
    found: set[Path] = set()
    waiting = [Path(path)]
    while waiting:
        current = waiting.pop()
        if current not in found:
            found.add(current)
            waiting.extend(_imported(current) if current.suffix == ".py" else _included(current))
    return found


@cache
def _imported(path: Path) -> set[Path]:
    """Modules and templates that a module names itself."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    modules = {module for node in ast.walk(tree) for module in _module_names(node, path)}
    return {file for module in modules for file in _files(module)} | _templates(tree)


def _templates(tree: ast.AST) -> set[Path]:
    """Templates that a module names, by their path within the library (see templates.py)."""
    texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    names = {text for text in texts if isinstance(text, str) and text.endswith(".html")}
    return {LIBRARY / name for name in names if (LIBRARY / name).is_file()}


@cache
def _included(template: Path) -> set[Path]:
    """Templates that a template extends or includes."""
    return {LIBRARY / name for name in _USED_TEMPLATE.findall(template.read_text(encoding="utf-8"))}


def _module_names(node: ast.AST, path: Path) -> list[str]:
    """Dotted names that a statement may import: modules, or names within them."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = _absolute(node, path)
        return [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return []


def _absolute(node: ast.ImportFrom, path: Path) -> str:
    """Dotted name of the module that an import statement of a file names."""
    if not node.level:
        return node.module or ""
    package = path.parent
    for _ in range(node.level - 1):
        package = package.parent
    parts = (LIBRARY.name, *package.relative_to(LIBRARY).parts)
    return ".".join((*parts, node.module) if node.module else parts)


def _files(module: str) -> list[Path]:
    """Files that importing a dotted name of the library runs: its packages and itself."""
    first, *rest = module.split(".")
    if first != LIBRARY.name:
        return []
    steps = [LIBRARY.joinpath(*rest[:depth]) for depth in range(len(rest) + 1)]
    candidates = [f for step in steps for f in (step / "__init__.py", step.with_suffix(".py"))]
    return [file for file in candidates if file.is_file() and LIBRARY in file.parents]
