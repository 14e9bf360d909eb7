"""Select the samples of a study: the calculations that are not excluded, by label."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from spinlens.calculations import record
from spinlens.core.files import read_table
from spinlens.dataset import ground_states
from spinlens.dataset.ground_states import Compared
from spinlens.settings.label_names import LOWEST_ORDER_LABELS

CONDITION_COLUMNS = ["label", "values"]
COMPARED_COLUMNS = ["calculation", "label", "value", "label_source"]

Row = dict[str, Any]


class Selection(NamedTuple):
    """Tables of the samples and of all other calculations.

    Parameters
    ----------
    samples
        Rows with calculation, source and record.
    excluded
        Rows with calculation, source and reason.
    compared
        Rows with COMPARED_COLUMNS: labels that calculations, also those not selected, get from
        comparing them.
    messages
        Lines for the log.
    conditions
        Rows with CONDITION_COLUMNS: the labels and values that selected; not those of a label that
        no calculation has.
    """

    samples: list[Row]
    excluded: list[Row]
    compared: list[Row]
    messages: list[str]
    conditions: list[Row]


def select_samples(
    files: Sequence[str],
    select: Mapping[str, Any] | None,
    exchange: Compared | None = None,
    without_charge_file: Sequence[Mapping[str, str]] = (),
) -> Selection:
    """Select samples among record files.

    Parameters
    ----------
    files
        Record files of all calculations.
    select
        Label to one value or a list of them. It may name labels that only comparing calculations
        gives, such as ground_state (see `ground_states.compare`) or J1_meV.
    exchange
        Labels from exchange constants, by calculation.
    without_charge_file
        Folders with output of VASP and no charge file: calculation, source and reason of each.

    Returns
    -------
    Selection
        Tables and messages.
    """
    read = {file: record.read_header(file) for file in files}
    headers = {file: header.attributes for file, header in read.items()}
    reasons = {file: h["excluded"] for file, h in headers.items() if "excluded" in h}
    reasons |= _repeated({file: h for file, h in headers.items() if file not in reasons})
    good = [file for file in files if file not in reasons]
    labels = {headers[file]["id"]: read[file].values for file in good}
    elements = {headers[file]["id"]: read[file].elements for file in good}
    volumes = {h.attributes["id"]: _volume_per_atom(h) for h in map(read.__getitem__, good)}
    with_volumes = {name: own | volumes[name] for name, own in labels.items()}
    added, refusals = ground_states.compare(with_volumes, elements)
    for calculation, constants in (exchange or {}).items():
        if calculation in labels:
            new = {name: v for name, v in constants.items() if name not in labels[calculation]}
            added[calculation] = added.get(calculation, {}) | new
    for calculation, values in ground_states.without_sources(added).items():
        labels[calculation] |= values
    _, left_out, unknown = choose(labels, select)
    reasons |= {file: left_out[h["id"]] for file, h in headers.items() if h["id"] in left_out}
    messages = [f"no calculation has the label {label}, it selects nothing" for label in unknown]
    return Selection(
        [_row(headers[file]) | {"record": file} for file in good if file not in reasons],
        [
            *(_row(headers[file]) | {"reason": reasons[file]} for file in files if file in reasons),
            *map(dict, without_charge_file),
        ],
        [
            {"calculation": calculation, "label": name, "value": value, "label_source": source}
            for calculation in labels
            for name, (value, source) in added.get(calculation, {}).items()
        ],
        [
            *(f"{each['source']}: {each['reason']}" for each in without_charge_file),
            *refusals,
            *messages,
        ],
        [
            {"label": name, "values": " or ".join(map(str, _as_list(value)))}
            for name, value in (select or {}).items()
            if name not in unknown
        ],
    )


def read_compared(path: Path | str) -> Compared:
    """Read a table of labels from comparing calculations.

    Parameters
    ----------
    path
        Table with COMPARED_COLUMNS, such as results/compared.tsv.

    Returns
    -------
    dict
        Labels of each calculation, name to (value, source).
    """
    labels: Compared = {}
    for row in read_table(path):
        is_order = row["label"] in LOWEST_ORDER_LABELS
        value = row["value"] if is_order else float(row["value"])
        labels.setdefault(row["calculation"], {})[row["label"]] = value, row["label_source"]
    return labels


def choose(
    labels_by_calculation: Mapping[str, Mapping[str, Any]], select: Mapping[str, Any] | None
) -> tuple[list[str], dict[str, str], list[str]]:
    """Divide calculations into those that a study takes and those that it leaves out.

    A label that no calculation has is ignored, so that the default study does not leave out every
    calculation of a folder tree without a label table.

    Parameters
    ----------
    labels_by_calculation
        Labels (name to value) of each calculation.
    select
        Label to one value or a list of them.

    Returns
    -------
    tuple
        The calculations taken, {left out: reason}, and the labels that no calculation has.
    """
    select = select or {}
    known = {name for labels in labels_by_calculation.values() for name in labels}
    conditions = {name: _as_list(value) for name, value in select.items() if name in known}
    reasons = {key: _reason(labels, conditions) for key, labels in labels_by_calculation.items()}
    taken = [key for key, reason in reasons.items() if not reason]
    left_out = {key: reason for key, reason in reasons.items() if reason}
    return taken, left_out, sorted(set(select) - known)


def _volume_per_atom(header: record.Header) -> dict[str, float]:
    if header.volume is None or not header.elements:
        return {}
    return {ground_states.VOLUME: header.volume / len(header.elements)}


def _repeated(headers: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Give reasons against all but the first of the calculations with the same densities."""
    first: dict[str, str] = {}
    reasons = {}
    for file, header in headers.items():
        original = first.setdefault(header["content_sha256"], header["id"])
        if original != header["id"]:
            reasons[file] = f"the same densities as {original}: remove one of the two folders"
    return reasons


def _row(header: Mapping[str, Any]) -> Row:
    return {"calculation": header["id"], "source": header["source"]}


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_among(label: Any, values: list[Any]) -> bool:
    """Compare by value or as spelled: the 3 of a path is a number, the "3" of a config a text."""
    return str(label) in map(str, values) or (np.ndim(label) == 0 and label in values)


def _reason(labels: Mapping[str, Any], conditions: Mapping[str, list[Any]]) -> str:
    for name, values in conditions.items():
        if name not in labels:
            return f"not selected: it has no label {name}, which `select` in config asks for"
        if not _is_among(labels[name], values):
            allowed = " or ".join(map(str, values))
            return f"not selected: {name} is {labels[name]}, `select` in config takes {allowed}"
    return ""
