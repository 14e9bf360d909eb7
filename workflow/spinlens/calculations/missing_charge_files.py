"""Name the folders of a tree whose charge file is missing or has another name.

Standard library only: the Snakefile imports it.
"""

import os
import re
from pathlib import Path

from spinlens.calculations.folder_tree import printable, walk
from spinlens.calculations.run_files import charge_file_kind, unique_ids

OUTPUT_FILES = ("OSZICAR", "OUTCAR", "vasprun.xml")
LOOKS_LIKE_CHARGE_FILE = re.compile(r"chgcar|vaspwave|^chg\b", re.IGNORECASE)


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
        if problem or any(map(charge_file_kind, files)):
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


def _why_none(alike: list[str]) -> str:
    if not alike:
        return "no charge file in a folder with output of VASP: rerun it with LCHARG = .TRUE."
    few = ", ".join(alike[:3]) + (" and others" if len(alike) > 3 else "")
    return (
        f"no file named CHGCAR, CHG or vaspwave.h5; {printable(few)} may be one: rename it, or "
        "name it by `pattern` in config"
    )
