"""Which calculations are samples of a study: those not excluded, chosen by label."""

import netCDF4
import numpy as np

from spinlens import record


def of_records(files, select):
    """Rows of the samples, rows of every other calculation with its reason, and the labels of
    `select` that were passed over. Rows are dicts: calculation, source, and record or reason.
    """
    headers = {file: _attributes(file) for file in files}
    reasons = {file: h["excluded"] for file, h in headers.items() if "excluded" in h}
    reasons |= _repeated({file: h for file, h in headers.items() if file not in reasons})
    labels = {
        file: {name: value for name, (value, _) in record.labels_of(header).items()}
        for file, header in headers.items()
        if file not in reasons
    }
    taken, left_out, passed_over = choose(labels, select)
    reasons |= left_out
    samples = [_row(headers[file]) | {"record": file} for file in taken]
    excluded = [
        _row(headers[file]) | {"reason": reasons[file]} for file in files if file in reasons
    ]
    return samples, excluded, passed_over


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


def _attributes(file):
    with netCDF4.Dataset(file) as source:
        return {name: source.getncattr(name) for name in source.ncattrs()}


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
