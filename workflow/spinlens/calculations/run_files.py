"""Which files of a run folder are which: names, suffixes, compressed forms."""

import os
import re

COMPRESSED_ENDINGS = (".gz", ".bz2", ".xz", ".lzma", ".zst", ".Z")
LABEL_FILES = ("OSZICAR", "OUTCAR", "vasprun.xml", "POSCAR", "CONTCAR", "POTCAR", "INCAR")
CHARGE_FILE_NAME = re.compile(r"(CHGCAR|CHG)([._-].+|~)?|(vaspwave|vaspout)\.h5")
CHARGE_FILE_KINDS = ("", "vaspout", "vaspwave", "CHG", "CHGCAR")
BACKUP_SUFFIX = re.compile(r"~|[._-](bak|backup|bck|old|orig|save|tmp|swp)\d*", re.IGNORECASE)


def without_compression(name):
    """The file name without .gz, .bz2, .xz, .lzma, .zst or .Z."""
    for ending in COMPRESSED_ENDINGS:
        if name.endswith(ending):
            return name[: -len(ending)]
    return name


def run_suffix(charge_file):
    """What tells this run's files from others in the folder: ".relax2" of CHGCAR.relax2.gz."""
    name = without_compression(os.path.basename(charge_file))
    found = re.fullmatch(r"(?:CHGCAR|CHG)([._-].+)", name)
    return found.group(1) if found else ""


def natural_order(name):
    """A sort key under which relax10 comes after relax2."""
    parts = re.split(r"(\d+)", name)
    return [(int(part), "") if part.isdecimal() else (0, part) for part in parts]


def charge_file_kind(name):
    """CHGCAR, CHG, vaspwave or vaspout; "" of any other name."""
    found = CHARGE_FILE_NAME.fullmatch(without_compression(name))
    return (found[1] or found[3]) if found else ""


def preference(name):
    """A sort key of charge files: the last is the one to read."""
    plain = without_compression(name)
    kind = CHARGE_FILE_KINDS.index(charge_file_kind(name))
    backup = BACKUP_SUFFIX.fullmatch(run_suffix(name)) is not None or plain.endswith("~")
    unsuffixed = plain in ("CHGCAR", "CHG")
    return (not backup, kind, unsuffixed, natural_order(plain), plain == name, name)


def locate(folder, name, suffix=""):
    """Path of a small file of the run in any compressed form, or None.

    Of several, the one with the charge file's own suffix, else the plain one, else the last.
    """
    try:
        names = os.listdir(folder)
    except OSError:
        return None
    forms = [other for other in names if other.startswith(name)]
    for wanted in dict.fromkeys((name + suffix, name)):
        same = sorted(other for other in forms if without_compression(other) == wanted)
        if same:
            return os.path.join(folder, same[0])
    suffixed = [other for other in forms if re.match(r"[._-]", other[len(name) :])]
    suffixed = [
        other
        for other in suffixed
        if not BACKUP_SUFFIX.fullmatch(without_compression(other)[len(name) :])
    ]
    return os.path.join(folder, max(suffixed, key=natural_order)) if suffixed else None
