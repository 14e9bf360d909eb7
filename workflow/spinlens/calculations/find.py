"""Find the calculations of a folder tree. Standard library only: the Snakefile imports it."""

import os
from collections import Counter
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from spinlens.calculations.density_parts import (
    ROLES,
    part_set,
    plain_stem,
    shared_format,
)
from spinlens.calculations.folder_tree import (
    Groups,
    Member,
    Names,
    add_by_name,
    add_by_pattern,
    printable,
    walk,
    without_charge_file,
)
from spinlens.calculations.run_files import (
    LABEL_FILES,
    TB2J_FILES,
    charge_file_kind,
    compile_pattern,
    preference,
    unique_ids,
)
from spinlens.core.errors import SpinlensError


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
    parts
        If the densities are in several files: path by role, charge, magnetization, up, down.
    shared
        Whether the folder holds other calculations, so that its small files are of none of them.
    """

    id: str
    folder: str
    charge_file: str
    names: dict[str, Any] = field(default_factory=dict)
    note: str = ""
    parts: dict[str, str] = field(default_factory=dict)
    shared: bool = False


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
        None for one calculation per folder with a CHGCAR, CHG or VASP HDF5 file; in other
        folders, for one per JSON file of pymatgen and per pair of cube files. Otherwise a pattern
        of paths (see `run_files.compile_pattern`), for one calculation per folder and set of
        names that match; the name `density` tells the parts of one calculation.
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
        if matcher is None:
            add_by_name(groups, folder, files)
        else:
            add_by_pattern(groups, root, folder, files, matcher)
    found = [_chosen(folder, names, members) for (folder, names, _), members in groups.items()]
    found += [_unreadable(*each) for each in unreadable]
    return _named(root, found)


def find_by_id(
    root: Path | str, pattern: str | None = None, key: str = "calculations"
) -> dict[str, Calculation]:
    """Find calculations as `find` does, at least one, by id.

    Raises
    ------
    SpinlensError
        As `find` does, and if there is none; it says what may be wrong.
    """
    found = find(root, pattern, key)
    if not found and pattern and (without := find(root)):
        raise SpinlensError(
            f"pattern: no file below {root} matches {pattern}, for example "
            f"{Path(without[0].charge_file).relative_to(root)}"
        )
    if not found:
        alike = without_charge_file(root, pattern)
        hint = "".join(f"; {each['source']}: {each['reason']}" for each in alike[:1])
        raise SpinlensError(
            f"{key}: no CHGCAR in any folder of {root}, no Chgcar of pymatgen in .json, no pair "
            f"of .cube files{hint}"
        )
    return {calculation.id: calculation for calculation in found}


def stamp(calculation: Calculation) -> str:
    """Describe the state of a calculation's files, so that a change can be noticed.

    Size and mtime_ns of the charge file and of the small files that labels come from; "gone" if the
    charge file has vanished.
    """
    try:
        files = calculation.parts.values() or [calculation.charge_file]
        parts = [_file_stamp(file) for file in files]
        if calculation.shared:
            return "; ".join(parts)
        with os.scandir(calculation.folder) as entries:
            names = sorted(e.name for e in entries if e.name.startswith((*LABEL_FILES, "vaspout")))
        names += TB2J_FILES
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


def _chosen(folder: str, names: Names, members: list[Member]) -> Calculation:
    parts = {part: os.path.join(folder, file) for file, part in members if part}
    if parts:
        first = next(parts[part] for part in ROLES if part in parts)
        return Calculation("", folder, first, dict(names), _why_one(members), parts)
    files = [file for file, _ in members]
    taken = max(files, key=lambda file: (_size(folder, file) > 0, preference(file)))
    note = _why(taken, sorted(files, key=preference))
    return Calculation("", folder, os.path.join(folder, taken), dict(names), note)


def _why_one(members: list[Member]) -> str:
    """Note on the choice among files of one role."""
    by_part: dict[str, list[str]] = {}
    for file, part in members:
        by_part.setdefault(part, []).append(file)
    several = [sorted(files) for files in by_part.values() if len(files) > 1]
    return "; ".join(f"one of {', '.join(files)} taken" for files in several)


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
    several = [per_folder[each.folder] > 1 for each in found]
    paths = [_relative(root, *each) for each in zip(found, several, strict=True)]
    named = [
        replace(
            each,
            id=id,
            folder=printable(each.folder),
            charge_file=printable(each.charge_file),
            note=_note(each),
            parts={part: printable(path) for part, path in each.parts.items()},
            shared=in_shared and shared_format(each.charge_file) != "",
        )
        for id, each, in_shared in zip(unique_ids(paths), found, several, strict=True)
    ]
    return sorted(named, key=lambda each: each.id)


def _relative(root: str, calculation: Calculation, share_folder: bool) -> str:
    relative = os.path.relpath(calculation.folder, root)
    name = os.path.basename(calculation.charge_file)
    own = part_set(name) if calculation.parts else plain_stem(name)
    if own and relative == "." and shared_format(name):
        return own
    if relative == ".":
        relative = os.path.basename(os.path.abspath(root))
    return f"{relative}/{own}" if share_folder and own else relative


def _note(calculation: Calculation) -> str:
    if printable(calculation.charge_file) != calculation.charge_file:
        return "the path is not UTF-8: rename the folder or file"
    return calculation.note
