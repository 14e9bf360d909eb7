"""Names that a config takes from the calculations: labels, their values and ids.

They are compared before any job starts with what is known then: the ids, the label table, the
labels of paths, and the names of labels that the workflow itself gives.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Any

from spinlens.core.errors import SpinlensError

Labels = Mapping[str, Mapping[str, Any]]  # of each calculation: name to value

# They name the lowest of the orders that were compared; of FM and Néel alone the second.
LOWEST_ORDER_LABELS = ("ground_state", "lower_of_FM_Neel")
# From the files of a run, its densities and the comparison of runs.
OF_EVERY_RUN = (
    "total_moment_muB",
    "reported_moment_muB",
    "energy_eV",
    "valence_electrons",
    "spin_kind",
    "vasp_version",
    "formula",
    "converged",
    "functional",
    "hubbard_u",
    "van_der_waals",
    "cutoff_eV",
    "kpoints",
    "smearing",
    "spin_orbit",
    "potentials",
    "order",
    "order_final",
    *LOWEST_ORDER_LABELS,
    "exchange_meV",
    "J1_meV",
    "J2_meV",
    "J3_meV",
    "J1S2_meV",
    "J2S2_meV",
    "J3S2_meV",
    "energy_FM_eV",
    "energy_AFM_eV",
    "energy_NM_eV",
)
MOST_COMPARED = 200  # ids on each side that are searched for near neighbours: every parse does it
UNIT = re.compile(r"_(muB|eV|meV)$")  # which a label has in tables, and not in the dataset


def check(config: Mapping[str, Any], defaults: Mapping[str, Any], labels: Labels) -> None:
    """Check that labels and calculations that a config names are not misspelled.

    A label that no calculation has selects nothing and is no fault, because the default study
    selects labels of the bundled data: only a name close to a known one is.

    Parameters
    ----------
    config
        Every key.
    defaults
        Values of config.yaml; what the config leaves at its default is not checked.
    labels
        Labels of each calculation, from the label table and from its path, by id.

    Raises
    ------
    SpinlensError
        A name in `select`, `target`, `targets`, `evidence_splits` or `reference` is unknown and
        close to a known one, or no calculation has the value that `select` asks for.
    """
    known = {name for own in labels.values() for name in own} | set(OF_EVERY_RUN)
    for name, value in _changed(config["select"], defaults.get("select")).items():
        _refuse_close(f"select.{name}", name, known, "a label of any calculation")
        _check_value(name, value, labels)
    short = {UNIT.sub("", name) for name in known}
    places = {f"points[{i}].": point for i, point in enumerate(config["points"] or [])}
    places |= {f"evidence_points[{i}].": p for i, p in enumerate(config["evidence_points"] or [])}
    for place, point in ({"": config} | places).items():
        if "target" in point:
            _refuse_close(
                f"{place}target: {point['target']}", point["target"], short, "a label of the data"
            )
        for each in point.get("targets") or []:
            label = each if isinstance(each, str) else each["target"]
            _refuse_close(f"{place}targets: {label}", label, short, "a label of the data")
    for index, split in enumerate(config["evidence_splits"]):
        if split not in defaults["evidence_splits"]:
            group = split["group"]
            place = f"evidence_splits[{index}].group: {group}"
            _refuse_close(place, group, short, "a label of the data")
    if config["reference"] not in (None, defaults.get("reference")):
        _refuse_close(f"reference: {config['reference']}", config["reference"], labels,
                      "a calculation")  # fmt: skip


def unmatched_rows(path: str, rows: Iterable[str], calculations: Iterable[str]) -> str:
    """Describe the rows of a label table that belong to no calculation.

    Parameters
    ----------
    path
        The table.
    rows
        Ids of its rows.
    calculations
        Ids of the calculations.

    Returns
    -------
    str
        One line; empty if every row has its calculation.

    Raises
    ------
    SpinlensError
        If no row has one, or an id is close to that of a calculation without a row.
    """
    rows, calculations = set(rows), set(calculations)
    alone, unlabelled = sorted(rows - calculations), sorted(calculations - rows)
    for row in alone[:MOST_COMPARED]:
        if close := get_close_matches(row, unlabelled[:MOST_COMPARED], n=1, cutoff=0.85):
            raise SpinlensError(
                f"{path}: the row {row} belongs to no calculation, did you mean {close[0]}?"
            )
    if alone and not rows & calculations:
        raise SpinlensError(
            f"{path}: no row belongs to a calculation: the first is {alone[0]}, the first "
            f"calculation {min(calculations)}"
        )
    return f"{path}: {len(alone)} rows belong to no calculation, as {alone[0]}" if alone else ""


def _changed(given: Mapping[str, Any] | None, default: Mapping[str, Any] | None) -> dict[str, Any]:
    """Labels of `select` that are not as the defaults have them."""
    usual = default or {}
    return {n: v for n, v in (given or {}).items() if n not in usual or usual[n] != v}


def _check_value(name: str, wanted: Any, labels: Labels) -> None:
    """Check the value that `select` asks for where every calculation's label is known already."""
    if not labels or not all(name in own for own in labels.values()):
        return
    values = wanted if isinstance(wanted, list) else [wanted]
    known = {str(own[name]) for own in labels.values()} | {own[name] for own in labels.values()}
    if any(value in known or str(value) in known for value in values):
        return
    texts = sorted({str(own[name]) for own in labels.values()})
    close = get_close_matches(str(values[0]) if values else "", texts, n=1)
    hint = f"did you mean {close[0]}?" if close else f"they have {', '.join(texts[:5])}"
    asked = " or ".join(map(str, values))
    raise SpinlensError(f"select.{name} is {asked}, which no calculation has, {hint}")


def _refuse_close(place: str, name: str, known: Iterable[str], kind: str) -> None:
    known = list(known)
    if name not in known and (close := get_close_matches(name, known, n=1, cutoff=0.7)):
        raise SpinlensError(f"{place} is not {kind}, did you mean {close[0]}?")
