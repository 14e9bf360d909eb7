"""Go through a folder tree: group its files by calculation, name folders without a charge file.

Standard library only: the Snakefile imports it.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from spinlens.calculations.density_parts import (
    PART,
    cube_sets,
    is_pymatgen_json,
    role,
    shared_format,
)
from spinlens.calculations.label_table import number_or_text
from spinlens.calculations.run_files import charge_file_kind, unique_ids

OUTPUT_FILES = ("OSZICAR", "OUTCAR", "vasprun.xml")
LOOKS_LIKE_CHARGE_FILE = re.compile(r"chgcar|vaspwave|^chg\b", re.IGNORECASE)

Names = tuple[tuple[str, Any], ...]
Member = tuple[str, str]  # name of a file; its role if it holds a part of the densities, else ""
# Folder, labels of its path, and what tells its calculations apart if it holds several.
Groups = dict[tuple[str, Names, str], list[Member]]


def walk(root: str) -> Iterator[tuple[str, list[str], str]]:
    """Go through a folder tree, each folder once.

    Parameters
    ----------
    root
        Folder to search.

    Yields
    ------
    tuple
        Path of a folder, the names of its files, and why it could not be read ("" if it could).
    """
    # Real folders before linked ones: a folder reachable both ways keeps its real path.
    visited: set[tuple[int, int]] = set()
    folders = [root]
    linked: list[str] = []
    while folders or linked:
        folder = folders.pop() if folders else linked.pop()
        try:
            status = os.stat(folder)
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            yield folder, [], error.strerror or str(error)
            continue
        files = []
        for entry in entries:
            if _is_folder(entry):
                if not entry.name.startswith("."):
                    (linked if entry.is_symlink() else folders).append(entry.path)
            else:
                files.append(entry.name)
        yield folder, files, ""


def add_by_name(groups: Groups, folder: str, files: list[str]) -> None:
    """Add the charge files of a folder to groups: those of VASP, else each JSON and cube pair.

    Parameters
    ----------
    groups
        Groups, which are added to.
    folder
        Path of the folder.
    files
        Names of its files.
    """
    of_vasp = [file for file in files if charge_file_kind(file)]
    if of_vasp:
        groups[folder, (), ""] = [(file, "") for file in of_vasp]
        return
    for file in files:
        if is_pymatgen_json(os.path.join(folder, file)):
            groups[folder, (), file] = [(file, "")]
    for shared, parts in cube_sets(files).items():
        groups[folder, (), shared] = [(file, role) for role, file in parts.items()]


def add_by_pattern(
    groups: Groups, root: str, folder: str, files: list[str], matcher: re.Pattern[str]
) -> None:
    """Add the files of a folder that match a pattern to groups.

    Parameters
    ----------
    groups, folder, files
        As `add_by_name` takes them.
    root
        Folder that the pattern is relative to.
    matcher
        Pattern from `run_files.compile_pattern`; its name `density` tells the role of a file.
    """
    for file in files:
        relative = os.path.relpath(os.path.join(folder, file), root).replace(os.sep, "/")
        match = matcher.fullmatch(relative)
        if match is None:
            continue
        texts = match.groupdict()
        part = role(texts.pop(PART)) if PART in texts else ""
        if PART in matcher.groupindex and not part:
            continue  # no part of a density
        names = tuple((name, number_or_text(text)) for name, text in texts.items())
        alone = file if shared_format(file) == "json" else ""
        groups.setdefault((folder, names, alone), []).append((file, part))


def printable(path: str) -> str:
    """Write a path as text that any file can hold.

    Parameters
    ----------
    path
        Path as the system gives it.

    Returns
    -------
    str
        The path; bytes that are not UTF-8 become escapes.
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def without_charge_file(root: Path | str, pattern: str | None = None) -> list[dict[str, str]]:
    """Find the folders with output of VASP, or what looks like a charge file, but no charge file.

    Parameters
    ----------
    root
        Folder to search.
    pattern
        The config's `pattern`; with one, nothing is looked for: the user has named the files.

    Returns
    -------
    list of dict
        calculation (an id), source (the folder) and reason of each, sorted by folder.
    """
    if pattern:
        return []
    found = []
    for folder, files, problem in walk(os.fspath(root)):
        if problem or any(map(charge_file_kind, files)) or cube_sets(files):
            continue
        if any(is_pymatgen_json(os.path.join(folder, file)) for file in files):
            continue
        alike = sorted(file for file in files if LOOKS_LIKE_CHARGE_FILE.search(file))
        if alike or any(file.startswith(OUTPUT_FILES) for file in files):
            found.append((folder, alike))
    found.sort()
    ids = unique_ids([os.path.relpath(folder, root) for folder, _ in found])
    return [
        {"calculation": id, "source": printable(folder), "reason": _why_none(alike)}
        for id, (folder, alike) in zip(ids, found, strict=True)
    ]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _why_none(alike: list[str]) -> str:
    if not alike:
        return "no charge file in a folder with output of VASP: rerun it with LCHARG = .TRUE."
    few = ", ".join(alike[:3]) + (" and others" if len(alike) > 3 else "")
    return (
        f"no file named CHGCAR, CHG or vaspwave.h5; {printable(few)} may be one: rename it, or "
        "name it by `pattern` in config"
    )
