"""Read published moments and ground states, and compare calculations with them."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from spinlens.core.files import read_table
from spinlens.crystal.formulas import composition, parsed, reduced
from spinlens.settings.label_names import LOWEST_ORDER_LABELS

AGREEMENT_COLUMNS = (
    "formula", "published_ground_state", "ground_state", "published_moment_muB", "moment_muB",
    "difference_muB", "calculation", "order_final", "remark",
)  # fmt: skip
OUTLIER = "outlier"
FENCE = 1.5  # interquartile ranges beyond the third quartile

Row = dict[str, Any]


class Published(NamedTuple):
    """Published values of one composition.

    Parameters
    ----------
    ground_state
        FM or AFM.
    moment
        Total moment of that state, μB per cell: of an antiferromagnet with two kinds of metal,
        that of the ferrimagnet.
    atoms
        Atoms in that cell.
    """

    ground_state: str
    moment: float
    atoms: int


class Summary(NamedTuple):
    """Summary of an agreement.

    Parameters
    ----------
    compositions
        Compositions that are both calculated and published.
    moments
        Compositions whose moments were compared.
    median, mean
        Of the absolute differences of moments, μB per cell.
    ground_states
        Compositions whose ground states were compared.
    agreeing
        Compositions whose ground states agree.
    """

    compositions: int
    moments: int
    median: float
    mean: float
    ground_states: int
    agreeing: int


def read(path: Path | str) -> dict[str, Published]:
    """Read a table of published values.

    Parameters
    ----------
    path
        Table with columns formula, total_moment_muB (per cell of that formula) and ground_state.

    Returns
    -------
    dict
        Values by reduced composition; of a repeated composition, the first.
    """
    values: dict[str, Published] = {}
    for row in read_table(path):
        elements = parsed(row["formula"])
        value = Published(row["ground_state"], float(row["total_moment_muB"]), len(elements))
        values.setdefault(reduced(elements), value)
    return values


def any_known(formulas: Iterable[Any], path: Path | str) -> bool:
    """Tell whether some composition was published.

    Parameters
    ----------
    formulas
        Formulas; what is not a formula is ignored.
    path
        Table of published values, which may be missing.

    Returns
    -------
    bool
        Whether a composition of the formulas is in the table.
    """
    known = read(path) if Path(path).is_file() else {}
    return any(composition(formula) in known for formula in formulas)


def compare(
    labels: Mapping[str, Mapping[str, Any]],
    elements: Mapping[str, Sequence[str]],
    published: Mapping[str, Published],
) -> list[Row]:
    """Compare calculations with published values.

    Moments are compared by magnitude and per published cell, and only between the published
    ground state and calculations that started in the same magnetic order. Without such a
    calculation, only ground states are compared. A difference is an outlier if it is larger than
    the third quartile of the absolute differences by 1.5 times their interquartile range.

    Parameters
    ----------
    labels
        Labels (name to value) of each calculation, one of LOWEST_ORDER_LABELS among them.
    elements
        Elements of the sites of each calculation.
    published
        Published values from `read`.

    Returns
    -------
    list of dict
        A row with AGREEMENT_COLUMNS for each composition that is both calculated and published.
    """
    calculations: dict[str, list[str]] = {}
    for calculation in sorted(labels):
        calculations.setdefault(reduced(elements[calculation]), []).append(calculation)
    rows = [
        _row(published[key], {each: labels[each] for each in calculations[key]}, elements)
        for key in calculations.keys() & published.keys()
    ]
    rows.sort(key=lambda row: row["formula"])
    differences = _absolute_differences(rows)
    if differences:
        low, high = np.quantile(differences, [0.25, 0.75])
        for row in rows:
            difference = row["difference_muB"]
            if difference is not None and abs(difference) > high + FENCE * (high - low):
                row["remark"] = "; ".join(filter(None, (OUTLIER, row["remark"])))
    return rows


def read_agreement(path: Path | str) -> list[Row]:
    """Read a table of the rows of `compare`.

    Parameters
    ----------
    path
        results/agreement.tsv.

    Returns
    -------
    list of dict
        The rows, with numbers, and None for a missing value.
    """
    rows = []
    for cells in read_table(path):
        row: Row = {name: cells[name] or None for name in AGREEMENT_COLUMNS}
        for name in ("published_moment_muB", "moment_muB", "difference_muB"):
            row[name] = None if row[name] is None else float(row[name])
        rows.append(row | {"remark": cells["remark"]})
    return rows


def summary(rows: Sequence[Mapping[str, Any]]) -> Summary:
    """Summarise an agreement.

    Parameters
    ----------
    rows
        Rows of `compare`.

    Returns
    -------
    Summary
        Counts and differences.
    """
    differences = _absolute_differences(rows)
    pairs = [(row["published_ground_state"], row["ground_state"]) for row in rows]
    compared = [(theirs, ours) for theirs, ours in pairs if ours]
    return Summary(
        len(rows),
        len(differences),
        float(np.median(differences)) if differences else np.nan,
        float(np.mean(differences)) if differences else np.nan,
        len(compared),
        sum(theirs == ours for theirs, ours in compared),
    )


def _absolute_differences(rows: Sequence[Mapping[str, Any]]) -> list[float]:
    return [abs(row["difference_muB"]) for row in rows if row["difference_muB"] is not None]


def _row(
    published: Published,
    labels: Mapping[str, Mapping[str, Any]],
    elements: Mapping[str, Sequence[str]],
) -> Row:
    """Compare the calculations of one composition."""
    order = published.ground_state
    started = [each for each in labels if _starting_order(labels[each]) == order]
    known = {own[name] for own in labels.values() for name in LOWEST_ORDER_LABELS if name in own}
    row = dict.fromkeys(AGREEMENT_COLUMNS) | {
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
    if (order, final) == ("AFM", "FiM"):  # of two kinds of metal, or unequal sites
        final = order
    return row | {
        "moment_muB": round(moment, 4),
        "difference_muB": round(moment - abs(published.moment), 4),
        "calculation": chosen,
        "order_final": final,
        "remark": "" if final == order else f"started {order}, converged to {final}",
    }


def _starting_order(labels: Mapping[str, Any]) -> Any:
    return labels.get("order", labels.get("order_final"))
