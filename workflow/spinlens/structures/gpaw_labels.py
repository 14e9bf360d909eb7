"""What computed calculations say, as tables: labels to learn from, and how each was reached.

A record (dict) of a calculation is as gpaw_orders.record says; what it is `called`, as
plan.Planned does.
"""

from collections.abc import Callable
from typing import Any

from spinlens.settings.label_names import LOWEST_ORDER_LABELS

Records = dict[str, dict[str, Any]]
Compare = Callable[[Records, dict[str, list[str]]], Records]
COMPARED = ("energy_NM_eV", "energy_FM_eV", "energy_AFM_eV", "exchange_meV")


def failures(records: Records) -> dict[str, str]:
    """Collect the reasons of failures.

    Parameters
    ----------
    records : Records
        Records by calculation.

    Returns
    -------
    dict[str, str]
        Why the last attempt of each calculation without a solution did not converge.
    """
    return {name: own["reason"] for name, own in records.items() if own["scf"] is None}


def label_rows(records: Records, called: Records, compare: Compare) -> list[dict[str, Any]]:
    """Rows of the label table: one, all with the same columns, for each calculation that converged.

    Parameters
    ----------
    records : by calculation.
    called : what each is called.
    compare : gives each calculation the labels COMPARED and one of LOWEST_ORDER_LABELS, from the
        labels and the elements of all.
    """
    rows = {name: _labels(name, own, called[name]) for name, own in records.items() if own["scf"]}
    added = compare(rows, {name: records[name]["elements"] for name in rows})
    given = {label for own in added.values() for label in own}
    last = [*COMPARED, *(label for label in LOWEST_ORDER_LABELS if label in given)]
    for name, row in rows.items():
        compared = added.get(name, {})
        rows[name] = row | {label: _rounded(compared.get(label, "")) for label in last}
    columns = dict.fromkeys(column for row in rows.values() for column in row)
    ordered = [column for column in columns if column not in last] + list(last)
    return [{column: rows[name].get(column, "") for column in ordered} for name in sorted(rows)]


def table_rows(records: Records) -> list[dict[str, Any]]:
    """Make the table of how each calculation converged, or why it did not.

    Parameters
    ----------
    records : Records
        Records of the calculations, converged or not.

    Returns
    -------
    list[dict[str, Any]]
        A row for each: the order that was asked and the one reached, mesh, attempt, steps, time.
    """
    failed = failures(records)
    return [_row(name, own, failed.get(name, "")) for name, own in sorted(records.items())]


def _row(name: str, own: dict[str, Any], failure: str) -> dict[str, Any]:
    scf = own["scf"] or {}
    return {
        "calculation": name,
        "converged": bool(scf),
        "order": own["order"],
        "order_final": own["order_final"] or "",
        "cells": own["cells"],
        "kpoints": "x".join(map(str, own["kpoints"])),
        "start": own["start"] + 1,
        "total_moment_muB": _rounded(scf.get("total_moment_muB", "")),
        "energy_eV": _rounded(scf.get("energy_eV", "")),
        "ladder_step": own["step"] + 1,
        "steps": scf.get("steps", ""),
        "scf_seconds": scf.get("scf_seconds", ""),
        "failure": failure,
    }


def _labels(name: str, own: dict[str, Any], called: dict[str, Any]) -> dict[str, Any]:
    scf = own["scf"]
    local = scf["local_moments_muB"] or [0.0] * len(own["elements"])
    moments = {site: local[own["place"][index]] for site, index in called["sites"].items()}
    return {
        "calculation": name,
        "formula": called["formula"],
        **called["labels"],
        "order": own["order"],
        "order_final": own["order_final"],
        "total_moment_muB": _rounded(scf["total_moment_muB"]),
        **{f"moment_{site}_muB": _rounded(moment) for site, moment in moments.items()},
        "local_moments_muB": " ".join(f"{moment:.4f}" for moment in local),
        "valence_electrons": scf["valence_electrons"],
        "code": f"GPAW {own['gpaw']}",
        "relaxed": "yes" if own["relaxed"] else "no",
        "kpoints": "x".join(map(str, own["kpoints"])),
        "smearing_eV": own["smearing_eV"],
        "ladder_step": own["step"] + 1,
        "anisotropy_meV": _rounded(_anisotropy(own)),
        "energy_eV": _rounded(scf["energy_eV"]),
    }


def _anisotropy(own: dict[str, Any]) -> float | str:
    """Compute the anisotropy in meV per magnetic site; empty if its energies are not there.

    It is the energy with the moments in the plane, the lower of x and y, less that along z.
    """
    energies = own["scf"].get("spin_orbit_energies_eV")
    magnetic = sum(moment != 0 for moment in own.get("starting_moments", []))
    if not energies or not magnetic:
        return ""
    return 1000 * (min(energies["x"], energies["y"]) - energies["z"]) / magnetic


def _rounded(value: Any) -> Any:
    return round(value, 5) + 0.0 if isinstance(value, float) else value  # no −0
