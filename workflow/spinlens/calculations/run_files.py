"""Names of files and calculations: charge files, suffixes, compressed forms, patterns, ids."""

import hashlib
import os
import re
from collections import Counter
from pathlib import Path
from typing import Any

from spinlens.calculations.label_table import LABEL_NAME
from spinlens.core.errors import SpinlensError

COMPRESSED_ENDINGS = (".gz", ".bz2", ".xz", ".lzma", ".zst", ".Z")
LABEL_FILES = ("OSZICAR", "OUTCAR", "vasprun.xml", "POSCAR", "CONTCAR", "POTCAR", "INCAR")
TB2J_FILES = ("exchange.out", "TB2J_results/exchange.out")  # below the folder of a run
CHARGE_FILE_NAME = re.compile(r"(CHGCAR|CHG)([._-].+|~)?|(vaspwave|vaspout)\.h5")
CHARGE_FILE_KINDS = ("", "vaspout", "vaspwave", "CHG", "CHGCAR")
# Written from a CHGCAR by other tools: the file of no run.
DERIVED_FILE = re.compile(
    r"(CHGCAR|CHG)[._-](mag|tot|total|up|dn|down|sum|diff|spin)([._-].*)?", re.IGNORECASE
)
BACKUP_SUFFIX = re.compile(r"~|[._-](bak|backup|bck|old|orig|save|tmp|swp)\d*", re.IGNORECASE)
LONGEST_ID = 150  # results/calculations/{id}.nc and its temporary name stay below 255 bytes
_PATTERN_TOKEN = re.compile(
    r"\{(?P<name>[^{}/]*)\}|(?P<folders>\*\*/)|(?P<characters>\*)|(?P<character>\?)"
)


def without_compression(name: str) -> str:
    """Remove .gz, .bz2, .xz, .lzma, .zst or .Z from a file's name."""
    for ending in COMPRESSED_ENDINGS:
        if name.endswith(ending):
            return name[: -len(ending)]
    return name


def run_suffix(charge_file: Path | str) -> str:
    """Suffix that a charge file shares with its run's files: .relax2 of CHGCAR.relax2.gz."""
    name = without_compression(os.path.basename(charge_file))
    match = re.fullmatch(r"(?:CHGCAR|CHG)([._-].+)", name)
    return match.group(1) if match else ""


def charge_file_kind(name: str) -> str:
    """Kind of a charge file by its name, compressed or not.

    Returns
    -------
    str
        CHGCAR, CHG, vaspwave or vaspout; empty for any other name, such as CHGCAR_mag, which
        tools write beside a CHGCAR.
    """
    plain = without_compression(name)
    match = None if DERIVED_FILE.fullmatch(plain) else CHARGE_FILE_NAME.fullmatch(plain)
    return (match[1] or match[3]) if match else ""


def preference(name: str) -> tuple[Any, ...]:
    """Sort key by which one charge file of a folder is chosen: that of the largest key.

    No backup, CHGCAR before CHG before HDF5, without suffix, the last in natural order,
    uncompressed.
    """
    plain = without_compression(name)
    kind = CHARGE_FILE_KINDS.index(charge_file_kind(name))  # "" of a name that a pattern found
    backup = BACKUP_SUFFIX.fullmatch(run_suffix(name)) is not None or plain.endswith("~")
    unsuffixed = plain in ("CHGCAR", "CHG")
    return (not backup, kind, unsuffixed, _natural_order(plain), plain == name, name)


def locate(folder: Path | str, name: str, suffix: str = "") -> str | None:
    """Find a small file of a run in any compressed form.

    Parameters
    ----------
    folder
        Folder of the run.
    name
        Name of the file, such as OUTCAR.
    suffix
        Suffix of the run's charge file, from `run_suffix`.

    Returns
    -------
    str or None
        Path of the file with this suffix, else of the plain one, else of the last by suffix;
        None if there is none or the folder cannot be read.
    """
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    candidates = [other for other in names if other.startswith(name)]
    for wanted in dict.fromkeys((name + suffix, name)):
        same = sorted(other for other in candidates if without_compression(other) == wanted)
        if same:
            return os.path.join(folder, same[0])
    suffixed = [
        other
        for other in candidates
        if re.match(r"[._-]", other[len(name) :])
        and not BACKUP_SUFFIX.fullmatch(without_compression(other)[len(name) :])
    ]
    return os.path.join(folder, max(suffixed, key=_natural_order)) if suffixed else None


def compile_pattern(pattern: str) -> re.Pattern[str]:
    """Compile the config's `pattern` to a regular expression over relative paths.

    Parameters
    ----------
    pattern
        Path such as {formula}/{order}/CHGCAR*. {name} and * stay within one part of the path,
        **/ spans any depth, a repeated name must match the same text, and a compressed ending
        may follow.

    Returns
    -------
    re.Pattern
        Expression with a named group for each name.

    Raises
    ------
    SpinlensError
        If the pattern is absolute, a brace is not closed or a name is not valid.
    """
    if pattern.startswith("/"):
        raise SpinlensError(f"pattern {pattern!r}: must be relative to the folder of calculations")
    expression, position = "", 0
    names: set[str] = set()
    for token in _PATTERN_TOKEN.finditer(pattern):
        expression += re.escape(pattern[position : token.start()])
        expression += _translated(token, names, pattern)
        position = token.end()
    rest = pattern[position:]
    if "{" in rest or "}" in rest:
        raise SpinlensError(
            f"pattern {pattern!r}: a brace is not closed; names are written {{name}}"
        )
    endings = "|".join(re.escape(ending) for ending in COMPRESSED_ENDINGS)
    return re.compile(f"{expression}{re.escape(rest)}(?:{endings})?", re.DOTALL)


def unique_ids(relative_paths: list[str]) -> list[str]:
    """Make ids of calculations from their paths.

    Parameters
    ----------
    relative_paths
        Paths under the folder of calculations.

    Returns
    -------
    list of str
        One id per path, of letters, digits, "." "_" and "-"; with a hash of the path only if two
        ids would be one on some file system, or an id is too long.
    """
    safe = [_path_safe(path) for path in relative_paths]
    counts = Counter(name.casefold() for name in safe)
    return [
        _hashed(name, path) if counts[name.casefold()] > 1 or len(name) > LONGEST_ID else name
        for name, path in zip(safe, relative_paths, strict=True)
    ]


def _path_safe(relative_path: str) -> str:
    safe = re.sub(r"[^A-Za-z0-9._-]", "_", relative_path)
    return safe if safe.strip(".") else safe.replace(".", "_") or "_"


def _hashed(name: str, path: str) -> str:
    digest = hashlib.sha256(path.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{name[: LONGEST_ID - 9]}-{digest}"


def _translated(token: re.Match[str], names: set[str], pattern: str) -> str:
    """Regular expression of one token; `names` holds those before it and takes its own."""
    if token["folders"]:
        return "(?:[^/]+/)*"
    if token["characters"]:
        return "[^/]*"
    if token["character"]:
        return "[^/]"
    name = token["name"]
    if not LABEL_NAME.fullmatch(name):
        raise SpinlensError(
            f"pattern {pattern!r}: {{{name}}} is not a name; use letters, digits and underscores"
        )
    if name in names:
        return f"(?P={name})"
    names.add(name)
    return f"(?P<{name}>[^/]+?)"


def _natural_order(name: str) -> list[tuple[int, str]]:
    """Sort key under which relax10 comes after relax2."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]
