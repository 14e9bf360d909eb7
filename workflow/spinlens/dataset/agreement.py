"""How far calculations agree with published moments and ground states."""

from typing import NamedTuple

import numpy as np

from spinlens.calculations import record
from spinlens.crystal.formulas import reduced
from spinlens.dataset import ground_states

COLUMNS = (
    "formula", "published_ground_state", "ground_state", "published_moment_muB", "moment_muB",
    "difference_muB", "calculation", "order_final", "remark",
)  # fmt: skip
OUTLIER = "outlier"


class Summary(NamedTuple):
    """Compositions in both; those whose moments were compared, with the median and the mean of
    the absolute differences, μB per cell; those whose ground states were, and how many agree."""

    compositions: int
    moments: int
    median: float
    mean: float
    ground_states: int
    agreeing: int


def read_records(files):
    """Labels (name to value) and elements of the calculations in record files that are not
    excluded: two dicts by calculation. Labels from comparing magnetic orders are among them."""
    headers = {header.attributes["id"]: header for header in map(record.read_header, files)}
    good = {name: own for name, own in headers.items() if "excluded" not in own.attributes}
    labels = {name: own.values for name, own in good.items()}
    elements = {name: own.elements for name, own in good.items()}
    for calculation, new in ground_states.values(ground_states.found(labels, elements)[0]).items():
        labels[calculation] |= new
    return labels, elements


def rows(labels, elements, published):
    """A row (dict of COLUMNS) for each composition that was both calculated and published.

    Moments are compared, by magnitude and per published cell, of the published ground state
    and the calculation that was started in that very order: the moment of an antiferromagnet
    (of a ferrimagnet, where its two metals differ) says nothing of a ferromagnet's. Without such
    a calculation, ground states alone are. An outlier is further off than the third quartile of
    the absolute differences by 1.5 times their interquartile range.
    """
    alike = {}
    for calculation in sorted(labels):
        alike.setdefault(reduced(elements[calculation]), []).append(calculation)
    found = [
        _row(published[key], {each: labels[each] for each in alike[key]}, elements)
        for key in alike.keys() & published.keys()
    ]
    found.sort(key=lambda row: row["formula"])
    off = [abs(row["difference_muB"]) for row in found if row["difference_muB"] is not None]
    if off:
        low, high = np.quantile(off, [0.25, 0.75])
        for row in found:
            off = row["difference_muB"]
            if off is not None and abs(off) > high + 1.5 * (high - low):
                row["remark"] = "; ".join(filter(None, (OUTLIER, row["remark"])))
    return found


def summary(rows):
    """Summary of the rows of an agreement."""
    off = [abs(row["difference_muB"]) for row in rows if row["difference_muB"] is not None]
    pairs = [(row["published_ground_state"], row["ground_state"]) for row in rows]
    compared = [(theirs, ours) for theirs, ours in pairs if ours]
    return Summary(
        len(rows),
        len(off),
        float(np.median(off)) if off else np.nan,
        float(np.mean(off)) if off else np.nan,
        len(compared),
        sum(theirs == ours for theirs, ours in compared),
    )


def _row(published, labels, elements):
    order = published.ground_state
    started = [each for each in labels if _order(labels[each]) == order]
    known = {labels[each]["ground_state"] for each in labels if "ground_state" in labels[each]}
    row = dict.fromkeys(COLUMNS) | {
        "formula": str(labels[min(labels)].get("formula", min(labels))),
        "published_ground_state": order,
        "published_moment_muB": published.moment,
        "ground_state": known.pop() if len(known) == 1 else None,
    }
    if not started:
        return row | {"remark": f"no {order} calculation to compare the moment of"}
    chosen = min(started, key=lambda each: (labels[each].get("energy_eV", np.inf), each))
    scale = published.atoms / len(elements[chosen])
    moment = abs(float(labels[chosen]["total_moment_muB"])) * scale
    final = labels[chosen].get("order_final", order)
    return row | {
        "moment_muB": round(moment, 4),
        "difference_muB": round(moment - abs(published.moment), 4),
        "calculation": chosen,
        "order_final": final,
        "remark": "" if final == order else f"started {order}, converged to {final}",
    }


def _order(labels):
    return labels.get("order", labels.get("order_final"))
