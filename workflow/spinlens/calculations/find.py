"""Find the calculations of a folder tree. Standard library only: the Snakefile imports it."""

import os
from collections import Counter
from dataclasses import dataclass, field

from spinlens.calculations.ids import unique_ids
from spinlens.calculations.numbers import number_or_text
from spinlens.calculations.path_pattern import compile_pattern
from spinlens.calculations.run_files import (
    LABEL_FILES,
    charge_file_kind,
    preference,
    without_compression,
)
from spinlens.core.errors import SpinlensError


@dataclass(frozen=True)
class Calculation:
    """One run folder.

    id: path-safe name, unique also where case is ignored; folder and charge_file: paths under
    the root as it was given; names: what a pattern's names matched; note: what a reader should
    know about how this file was chosen.
    """

    id: str
    folder: str
    charge_file: str
    names: dict = field(default_factory=dict)
    note: str = ""


def find(root, pattern=None, key="calculations"):
    """Every calculation under a folder, at any depth, sorted by id.

    Without a pattern, one calculation for each folder that holds a CHGCAR, CHG or VASP HDF5
    file. With one (see pattern.compile_pattern), one for each folder and set of names that
    match. Symbolic links are followed, each folder is visited once, hidden folders are skipped;
    a folder that cannot be read becomes a calculation that cannot be read.

    Raises SpinlensError where root, which the config names by `key`, is no folder, or the pattern
    is none.
    """
    root = os.fspath(root)
    if not os.path.isdir(root):
        raise SpinlensError(f"{key}: {root} is no folder")
    matcher = compile_pattern(pattern) if pattern else None
    groups, unreadable = {}, []
    for folder, files, problem in _walk(root):
        if problem:
            unreadable.append((folder, problem))
        for file in files:
            _sort_into(groups, root, folder, file, matcher)
    found = [_chosen(*key, files) for key, files in groups.items()]
    found += [_unreadable(*each) for each in unreadable]
    return _named(root, found)


def stamp(calculation):
    """Size and mtime_ns of the charge file and of the small files that labels come from, as
    text that changes when any of them does; "gone" where the charge file vanished."""
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


def _file_stamp(path):
    status = os.stat(path)
    return f"{os.path.basename(path)} {status.st_size} {status.st_mtime_ns}"


def _walk(root):
    """Folder, its file names, and why it could not be read; real folders before linked ones,
    so that a folder reachable both ways keeps its real path."""
    visited = set()
    folders, linked = [root], []
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


def _is_folder(entry):
    try:
        return entry.is_dir()
    except OSError:
        return False


def _sort_into(groups, root, folder, file, matcher):
    names = {}
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


def _chosen(folder, names, files):
    taken = max(files, key=lambda file: (_size(folder, file) > 0, preference(file)))
    note = _why(taken, sorted(files, key=preference))
    return Calculation("", folder, os.path.join(folder, taken), dict(names), note)


def _why(taken, files):
    """VASP writes CHG beside every CHGCAR: only files of one kind are worth a word."""
    same = [file for file in files if charge_file_kind(file) == charge_file_kind(taken)]
    empty = files[files.index(taken) + 1 :]
    said = [f"{taken} taken, the last of {', '.join(same)}"] if len(same) > 1 else []
    said += [f"{taken} taken, as {', '.join(empty)} is empty"] if empty else []
    return "; ".join(said)


def _size(folder, file):
    try:
        return os.stat(os.path.join(folder, file)).st_size
    except OSError:
        return 0


def _unreadable(folder, problem):
    note = f"the folder cannot be read ({problem}): allow reading it or leave it out"
    return Calculation("", folder, os.path.join(folder, "CHGCAR"), {}, note)


def _named(root, found):
    per_folder = Counter(each.folder for each in found)
    paths = [_relative(root, each, per_folder[each.folder] > 1) for each in found]
    named = [
        Calculation(
            id, _printable(each.folder), _printable(each.charge_file), each.names, _note(each)
        )
        for id, each in zip(unique_ids(paths), found, strict=True)
    ]
    return sorted(named, key=lambda each: each.id)


def _relative(root, calculation, share_folder):
    relative = os.path.relpath(calculation.folder, root)
    if relative == ".":
        relative = os.path.basename(os.path.abspath(root))
    if share_folder:
        relative += "/" + without_compression(os.path.basename(calculation.charge_file))
    return relative


def _printable(path):
    """A path as text that any file can hold; bytes that are no UTF-8 become escapes."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _note(calculation):
    if _printable(calculation.charge_file) != calculation.charge_file:
        return "the path is not UTF-8: rename the folder or file"
    return calculation.note
