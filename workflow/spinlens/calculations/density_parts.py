"""Which files hold a part of a calculation's densities: roles in names, pairs, pymatgen's JSON.

Standard library only: the Snakefile imports it.
"""

import os
import re
from collections.abc import Iterable
from pathlib import Path

from spinlens.calculations.compressed import open_binary
from spinlens.calculations.run_files import without_compression

PART = "density"  # the name in `pattern` whose text tells the role of a file
# Later roles win: SPIN_UP is the density of spin up.
ROLES = {
    "charge": ("charge", "total", "tot", "sum", "electron", "rho", "valence"),
    "magnetization": ("spin", "mag", "magnetization", "magnetisation", "diff", "difference", "m"),
    "up": ("up", "alpha"),
    "down": ("down", "dn", "dw", "beta"),
}
_FORMATS = {".json": "json", ".cube": "cube", ".cub": "cube"}
BOHR_A = 0.529177210903  # CODATA 2018
HEAD_BYTES = 1 << 16
WORD_END = r"[^A-Za-z0-9]+"
CHGCAR_CLASS = re.compile(rb'"@class"\s*:\s*"(Chgcar|VolumetricData)"')


def role(text: str) -> str:
    """Part of the densities that a name, such as CHGCAR_up, SPIN_DENSITY or total, means.

    Returns
    -------
    str
        charge, magnetization, up or down; empty if no word of the name says it.
    """
    words = _words(text)
    return next((part for part in reversed(ROLES) if words & {*ROLES[part]}), "")


def shared_format(name: str) -> str:
    """Format, json or cube, of a file of which a folder may hold many, each of one calculation.

    Empty for a name of any other format; a compressed file has its plain name's format.
    """
    return _FORMATS.get(os.path.splitext(without_compression(name))[1].lower(), "")


def plain_stem(name: str) -> str:
    """Remove .json, .cube and the ending of a compressed file from a file's name."""
    plain = without_compression(name)
    return os.path.splitext(plain)[0] if shared_format(name) else plain


def part_set(name: str) -> str:
    """Remove a file name's ending and the words of its role: what a calculation's files share."""
    spoken = {word for words in ROLES.values() for word in words}
    rest = (word for word in re.split(WORD_END, plain_stem(name)) if word.lower() not in spoken)
    return "_".join(filter(None, rest))


def is_pymatgen_json(path: Path | str) -> bool:
    """Whether a .json file, compressed or not, begins as a Chgcar of pymatgen."""
    if shared_format(os.path.basename(path)) != "json":
        return False
    try:
        with open_binary(path) as stream:
            return CHGCAR_CLASS.search(stream.read(HEAD_BYTES)) is not None
    except Exception:  # any error of a decompressor: it is not known to be one
        return False


def cube_sets(files: Iterable[str]) -> dict[str, dict[str, str]]:
    """Group cube files of one folder into the sets that a calculation needs.

    Parameters
    ----------
    files
        Names of the files in a folder.

    Returns
    -------
    dict
        What the names of a set share, to file by role. Files whose names say no role are left out;
        a set may lack a part, which its reading will say.
    """
    sets: dict[str, dict[str, str]] = {}
    for name in sorted(files):
        part = role(plain_stem(name)) if shared_format(name) == "cube" else ""
        if part:
            sets.setdefault(part_set(name), {}).setdefault(part, name)
    return sets


def _words(text: str) -> set[str]:
    return {word.lower() for word in re.split(WORD_END, text) if word}
