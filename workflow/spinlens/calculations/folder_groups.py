"""Group the files of a folder by calculation. Standard library only: the Snakefile imports it."""

import os
import re
from typing import Any

from spinlens.calculations.density_parts import (
    PART,
    cube_sets,
    is_pymatgen_json,
    role,
    shared_format,
)
from spinlens.calculations.label_table import number_or_text
from spinlens.calculations.run_files import charge_file_kind

Names = tuple[tuple[str, Any], ...]
Member = tuple[str, str]  # name of a file; its role if it holds a part of the densities, else ""
# Folder, labels of its path, and what tells its calculations apart if it holds several.
Groups = dict[tuple[str, Names, str], list[Member]]


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
