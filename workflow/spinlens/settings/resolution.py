"""The config of a run: the user's values over the defaults, with paths that can be opened."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from spinlens.core.errors import SpinlensError
from spinlens.settings import validation

PATHS = (
    "calculations",
    "labels",
    "results",
    "archive",
    "predict_calculations",
    "model",
    "parent",
    "screen_parent",
    "geometry_molecules",
    "gpaw_python",
)
SHIPPED = ("calculations", "parent", "screen_parent")  # whose defaults lie beside config.yaml


def read_defaults(path: Path | str) -> dict[str, Any]:
    """Read the defaults of every key.

    Parameters
    ----------
    path
        The workflow's own config.yaml.

    Returns
    -------
    dict
        Values by key.

    Raises
    ------
    SpinlensError
        If the file is not YAML, or not a mapping.
    """
    try:
        defaults = yaml.safe_load(Path(path).read_text(encoding="utf-8"))
    except yaml.YAMLError as fault:
        raise SpinlensError(f"{path} is not YAML: {' '.join(str(fault).split())}") from None
    if not isinstance(defaults, dict):
        raise SpinlensError(f"{path} holds no keys with values")
    return defaults


def resolve(
    given: Mapping[str, Any], defaults: Mapping[str, Any], home: Path | str
) -> dict[str, Any]:
    """Put the user's values over the defaults and make paths that can be opened.

    Parameters
    ----------
    given
        Values of a `--configfile`, of `--config` or of the workflow that uses this one.
    defaults
        Values of config.yaml; a mapping in both is merged key by key, as Snakemake does.
    home
        Folder of config.yaml, which the defaults of `SHIPPED` are relative to.

    Returns
    -------
    dict
        Every key, in the order of the defaults, whatever the order of `given`; unknown keys last.
    """
    merged = _merged(defaults, validation.typed(given))
    for key in PATHS:
        if isinstance(merged.get(key), str):
            merged[key] = os.path.expanduser(merged[key])
    elsewhere = Path(home).resolve() != Path.cwd().resolve()
    for key in SHIPPED:
        if elsewhere and key not in given and isinstance(merged.get(key), str):
            merged[key] = str(Path(home, merged[key]))
    if isinstance(merged.get("select"), dict):  # a parameter of a rule: its order means nothing
        merged["select"] = dict(sorted(merged["select"].items()))
    return merged


def require_folder(results: Path | str) -> None:
    """Check that the folder of results can be one.

    Parameters
    ----------
    results
        The config's `results`; it need not exist yet.

    Raises
    ------
    SpinlensError
        If it, or a folder above it, is a file.
    """
    folder = Path(results).absolute()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not existing.is_dir():
        raise SpinlensError(f"results: {existing} is a file, name a folder")


def require_writable(results: Path | str) -> None:
    """Check that the folder of results, or the one that it is to be made in, takes files.

    Raises
    ------
    SpinlensError
        If it does not.
    """
    folder = Path(results).absolute()
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        raise SpinlensError(
            f"results: {folder} cannot be written: allow writing in {existing}, or give another "
            "folder by --config results=PATH"
        )


def profile_of(arguments: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
    """Read the profile that a command line names.

    Parameters
    ----------
    arguments
        Arguments of Snakemake.
    environment
        Environment variables; SNAKEMAKE_PROFILE names a profile, too.

    Returns
    -------
    dict[str, Any]
        Its keys; empty without a profile, or if it cannot be read.
    """
    named = environment.get("SNAKEMAKE_PROFILE", "")
    for index, argument in enumerate(arguments):
        if argument == "--profile":
            named = "".join(arguments[index + 1 : index + 2])
        elif argument.startswith("--profile="):
            named = argument.partition("=")[2]
    own = Path(environment.get("XDG_CONFIG_HOME") or Path.home() / ".config", "snakemake")
    for file in (folder / "config.yaml" for folder in (Path(named), own / named)):
        if named and file.is_file():
            found = yaml.safe_load(file.read_text(encoding="utf-8"))
            return found if isinstance(found, dict) else {}
    return {}


def training_partition(profile: Mapping[str, Any]) -> str | None:
    """Partition to which a profile sends trainings; None if SLURM does not run them."""
    own = (profile.get("set-resources") or {}).get("train", {})
    return own.get("slurm_partition") if profile.get("executor") == "slurm" else None


def lost_routing(arguments: Sequence[str], profile: Mapping[str, Any]) -> str:
    """Say that `--set-resources` on the command line would replace the profile's.

    Parameters
    ----------
    arguments
        Arguments of Snakemake.
    profile
        Settings of its profile.

    Returns
    -------
    str
        One line; empty if nothing is lost.
    """
    if not profile.get("set-resources"):
        return ""
    if not any(argument.startswith("--set-resource") for argument in arguments):
        return ""
    return (
        "--set-resources on the command line replaces the whole set-resources of the profile: "
        "trainings would go to the partition of other jobs, without a GPU. Write the value into a "
        "copy of the profile; the time of trainings is also a key of the config, --config "
        "training_minutes=..."
    )


def _merged(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for key, value in above.items():
        own = below.get(key)
        if isinstance(own, Mapping) and isinstance(value, Mapping):
            value = _merged(own, value)
        merged[key] = value
    return merged
