"""Fingerprints of source code, so that a rule reruns when the code that it uses changes.

Snakemake compares a script's time stamp and never looks into what it imports. A rule that
lists its fingerprint among its `params` reruns when the text of its script, or of any module
or HTML template of the library that the script reaches, differs; touching a file changes nothing.
"""

import ast
import hashlib
import json
import os
import re
from contextlib import suppress
from functools import cache
from pathlib import Path

LIBRARY = Path(__file__).parents[1]
# What each text of a module names: every job of a cluster starts Snakemake, which asks for all.
KEPT = Path(".snakemake", "imports.json")
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


def keep() -> None:
    """Keep what the modules name for the next start of Snakemake in this folder."""
    known = _known()
    if known.pop("", None):  # the mark of new entries
        with suppress(OSError):
            temporary = KEPT.with_name(f".imports.{os.getpid()}.json")
            temporary.write_text(json.dumps(known), encoding="utf-8")
            temporary.replace(KEPT)


@cache
def _known() -> dict[str, list[str]]:
    """Read what modules name, by a checksum of their place and text; from an earlier start."""
    try:
        found = json.loads(KEPT.read_bytes())
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


@cache
def _imported(path: Path) -> set[Path]:
    """Modules and templates that a module names itself."""
    text = path.read_bytes()
    place = path.relative_to(LIBRARY) if LIBRARY in path.parents else Path()
    key, known = hashlib.sha256(f"{place}\0".encode() + text).hexdigest(), _known()
    if key not in known:
        known[key], known[""] = sorted(_names(ast.parse(text), path)), ["new"]
    templates = {LIBRARY / name for name in known[key] if name.endswith(".html")}
    modules = {file for name in known[key] for file in _files(name)}
    return modules | set(filter(Path.is_file, templates))


def _names(tree: ast.AST, path: Path) -> set[str]:
    """Modules of the library that a module may import, and templates that it names."""
    found: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant):
            if isinstance(node.value, str) and node.value.endswith(".html"):
                found.add(node.value)
        else:
            found.update(name for name in _module_names(node, path) if _is_own(name))
    return found


def _is_own(module: str) -> bool:
    return module.partition(".")[0] == LIBRARY.name


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
    if not _is_own(module):
        return []
    rest = module.split(".")[1:]
    steps = [LIBRARY.joinpath(*rest[:depth]) for depth in range(len(rest) + 1)]
    candidates = [f for step in steps for f in (step / "__init__.py", step.with_suffix(".py"))]
    return [file for file in candidates if file.is_file() and LIBRARY in file.parents]
