"""Find the calculations of a folder tree. Standard library only: the Snakefile imports it."""

import os
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spinlens.calculations.folder_tree import printable, walk
from spinlens.calculations.label_table import number_or_text
from spinlens.calculations.run_files import (
    LABEL_FILES,
    charge_file_kind,
    compile_pattern,
    preference,
    unique_ids,
    without_compression,
)
from spinlens.core.errors import SpinlensError

Names = tuple[tuple[str, Any], ...]
Groups = dict[tuple[str, Names], list[str]]  # folder and labels of its path, to charge files


@dataclass(frozen=True)
class Calculation:
    """One run folder.

    Parameters
    ----------
    id
        Path-safe name, unique also if case is ignored.
    folder, charge_file
        Paths under the root as it was given.
    names
        Labels that the config's `pattern` found in the path.
    note
        How the charge file was chosen, if that is worth a word.
    """

    id: str
    folder: str
    charge_file: str
    names: dict[str, Any] = field(default_factory=dict)
    note: str = ""


def find(
    root: Path | str, pattern: str | None = None, key: str = "calculations"
) -> list[Calculation]:
    """Find every calculation under a folder, at any depth.

    Symbolic links are followed, each folder is visited once, hidden folders are skipped; a folder
    that cannot be read becomes a calculation that cannot be read.

    Parameters
    ----------
    root
        Folder to search.
    pattern
        None for one calculation per folder with a CHGCAR, CHG or VASP HDF5 file. Otherwise a
        pattern of paths (see `run_files.compile_pattern`), for one calculation per folder and set
        of names that match.
    key
        The config's key of the root, for messages.

    Returns
    -------
    list of Calculation
        Sorted by id.

    Raises
    ------
    SpinlensError
        If the root is not a directory or the pattern is not valid.
    """
    root = os.fspath(root)
    if not os.path.isdir(root):
        raise SpinlensError(f"{key}: {root} is not a directory")
    matcher = compile_pattern(pattern) if pattern else None
    groups: Groups = {}
    unreadable = []
    for folder, files, problem in walk(root):
        if problem:
            unreadable.append((folder, problem))
        for file in files:
            _sort_into(groups, root, folder, file, matcher)
    found = [_chosen(folder, names, files) for (folder, names), files in groups.items()]
    found += [_unreadable(*each) for each in unreadable]
    return _named(root, found)


def stamp(calculation: Calculation) -> str:
    """Describe the state of a calculation's files, so that a change can be noticed.

    Parameters
    ----------
    calculation
        Calculation from `find`.

    Returns
    -------
    str
        Size and mtime_ns of the charge file and of the small files that labels come from; "gone"
        if the charge file has vanished.
    """
    try:
        parts = [_file_stamp(calculation.charge_file)]
        with os.scandir(calculation.folder) as entries:
            names = sorted(e.name for e in entries if e.name.startswith((*LABEL_FILES, "vaspout")))
    except (OSError, ValueError):
        return "gone"
    for name in names:
        try:
            parts.append(_file_stamp(os.path.join(calculation.folder, name)))
        except OSError:
            continue
    return "; ".join(parts)


def _file_stamp(path: str) -> str:
    status = os.stat(path)
    return f"{os.path.basename(path)} {status.st_size} {status.st_mtime_ns}"


def _sort_into(
    groups: Groups, root: str, folder: str, file: str, matcher: re.Pattern[str] | None
) -> None:
    """Add a file to the group of its folder and labels, if it is a charge file."""
    names: dict[str, Any] = {}
    if matcher is None:
        if not charge_file_kind(file):
            return
    else:
        relative = os.path.relpath(os.path.join(folder, file), root).replace(os.sep, "/")
        match = matcher.fullmatch(relative)
        if match is None:
            return
        names = {name: number_or_text(text) for name, text in match.groupdict().items()}
    groups.setdefault((folder, tuple(names.items())), []).append(file)


def _chosen(folder: str, names: Names, files: list[str]) -> Calculation:
    taken = max(files, key=lambda file: (_size(folder, file) > 0, preference(file)))
    note = _why(taken, sorted(files, key=preference))
    return Calculation("", folder, os.path.join(folder, taken), dict(names), note)


def _why(taken: str, files: list[str]) -> str:
    """Note on the choice among files of one kind: VASP writes CHG beside every CHGCAR."""
    same = [file for file in files if charge_file_kind(file) == charge_file_kind(taken)]
    empty = files[files.index(taken) + 1 :]
    notes = [f"{taken} taken, the last of {', '.join(same)}"] if len(same) > 1 else []
    notes += [f"{taken} taken, as {', '.join(empty)} is empty"] if empty else []
    return "; ".join(notes)


def _size(folder: str, file: str) -> int:
    try:
        return os.stat(os.path.join(folder, file)).st_size
    except OSError:
        return 0


def _unreadable(folder: str, problem: str) -> Calculation:
    note = f"the folder cannot be read ({problem}): allow reading it or leave it out"
    return Calculation("", folder, os.path.join(folder, "CHGCAR"), {}, note)


def _named(root: str, found: list[Calculation]) -> list[Calculation]:
    per_folder = Counter(each.folder for each in found)
    paths = [_relative(root, each, per_folder[each.folder] > 1) for each in found]
    named = [
        Calculation(
            id, printable(each.folder), printable(each.charge_file), each.names, _note(each)
        )
        for id, each in zip(unique_ids(paths), found, strict=True)
    ]
    return sorted(named, key=lambda each: each.id)


def _relative(root: str, calculation: Calculation, share_folder: bool) -> str:
    relative = os.path.relpath(calculation.folder, root)
    if relative == ".":
        relative = os.path.basename(os.path.abspath(root))
    if share_folder:
        relative += "/" + without_compression(os.path.basename(calculation.charge_file))
    return relative


def _note(calculation: Calculation) -> str:
    if printable(calculation.charge_file) != calculation.charge_file:
        return "the path is not UTF-8: rename the folder or file"
    return calculation.note
