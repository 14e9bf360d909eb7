"""Which calculations are samples of a study: those not excluded, chosen by label."""

from typing import NamedTuple

import numpy as np

from spinlens.calculations import record
from spinlens.core.files import read_table
from spinlens.dataset import ground_states


class Selection(NamedTuple):
    """What `of_records` finds: rows (dicts) of the samples: calculation, source, record; of every
    other calculation: calculation, source, reason; of the labels that samples get from comparing
    calculations: calculation, label, value, label_source; and lines to be told."""

    samples: list
    excluded: list
    compared: list
    told: list


def of_records(files, select, exchange=None):
    """Selection among record files. `select` may name labels that only comparing calculations
    gives, such as ground_state (see ground_states.found) or, of `exchange` ({calculation: {label:
    (value, source)}}), J1_meV."""
    read = {file: record.read_header(file) for file in files}
    headers = {file: header.attributes for file, header in read.items()}
    reasons = {file: h["excluded"] for file, h in headers.items() if "excluded" in h}
    reasons |= _repeated({file: h for file, h in headers.items() if file not in reasons})
    good = [file for file in files if file not in reasons]
    labels = {headers[file]["id"]: read[file].values for file in good}
    elements = {headers[file]["id"]: read[file].elements for file in good}
    added, refusals = ground_states.found(labels, elements)
    for calculation, constants in (exchange or {}).items():
        if calculation in labels:
            new = {name: v for name, v in constants.items() if name not in labels[calculation]}
            added[calculation] = added.get(calculation, {}) | new
    for calculation, new in ground_states.values(added).items():
        labels[calculation] |= new
    taken, left_out, passed_over = choose(labels, select)
    reasons |= {file: left_out[h["id"]] for file, h in headers.items() if h["id"] in left_out}
    told = [
        f"no calculation carries the label {label}, it selects nothing" for label in passed_over
    ]
    return Selection(
        [_row(headers[file]) | {"record": file} for file in good if file not in reasons],
        [_row(headers[file]) | {"reason": reasons[file]} for file in files if file in reasons],
        [
            {"calculation": calculation, "label": name, "value": value, "label_source": source}
            for calculation in taken
            for name, (value, source) in added.get(calculation, {}).items()
        ],
        [*refusals, *told],
    )


def read_compared(path):
    """{calculation: {label: (value, source)}} from a table of Selection.compared."""
    found = {}
    for row in read_table(path):
        value = row["value"] if row["label"] == "ground_state" else float(row["value"])
        found.setdefault(row["calculation"], {})[row["label"]] = value, row["label_source"]
    return found


def choose(labels_by_calculation, select):
    """Split calculations into those a study takes and those it leaves out.

    `labels_by_calculation` maps a calculation to its labels (name to value); `select` maps a
    label to one value or a list of them. A label that no calculation at all carries cannot
    tell them apart and is passed over, so that the default study does not empty a folder tree
    that has no label table. Returns (taken, {left out: reason}, labels passed over).
    """
    select = select or {}
    carried = {name for labels in labels_by_calculation.values() for name in labels}
    conditions = {name: _as_list(value) for name, value in select.items() if name in carried}
    reasons = {key: _reason(labels, conditions) for key, labels in labels_by_calculation.items()}
    taken = [key for key, reason in reasons.items() if not reason]
    left_out = {key: reason for key, reason in reasons.items() if reason}
    return taken, left_out, sorted(set(select) - carried)


def _repeated(headers):
    """Reasons for all but the first of the calculations with the same densities."""
    first, reasons = {}, {}
    for file, header in headers.items():
        original = first.setdefault(header["content_sha256"], header["id"])
        if original != header["id"]:
            reasons[file] = f"the same densities as {original}: remove one of the two folders"
    return reasons


def _row(header):
    return {"calculation": header["id"], "source": header["source"]}


def _as_list(value):
    return value if isinstance(value, list) else [value]


def _is_among(label, values):
    """By value or as spelled: the 3 of a path is a number, the "3" of a config a text."""
    return str(label) in map(str, values) or (np.ndim(label) == 0 and label in values)


def _reason(labels, conditions):
    for name, values in conditions.items():
        if name not in labels:
            return f"not selected: it has no label {name}, which `select` in config asks for"
        if not _is_among(labels[name], values):
            allowed = " or ".join(map(str, values))
            return f"not selected: {name} is {labels[name]}, `select` in config takes {allowed}"
    return ""
