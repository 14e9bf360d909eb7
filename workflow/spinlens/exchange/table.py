"""Exchange constants of all compositions: a row each, and the labels that calculations get."""

from typing import Any

import numpy as np

from spinlens.exchange.constants import Composition

LABEL_COLUMNS = ("calculation", "label", "value", "label_source")


def rows(compared: list[Composition]) -> list[dict[str, Any]]:
    """Make the rows of `exchange.tsv`, all with the same columns.

    Parameters
    ----------
    compared : the compositions, a row each.

    Notes
    -----
    | column | unit | |
    | --- | --- | --- |
    | formula | | |
    | orders | | those that were compared, by energy, each with meV per magnetic site |
    | ground_state | | the lowest of them; empty if it ties |
    | spins | | S by element |
    | J1_meV, ... | meV | positive is ferromagnetic |
    | J1_error_meV, ... | meV | standard error |
    | J1_half_width_meV, ... | meV | half width of the 95 % interval |
    | misfit_order, misfit_meV, misfit_percent | meV per site; % of the span of energies | the order
    that the others predict best, and by how much they miss it |
    | remarks | | what is left out, refused or doubtful |
    """
    shells = max((each.shells for each in compared), default=0)
    return [_row(each, shells) for each in compared]


def columns(shells: int) -> list[str]:
    """List the columns of `rows`.

    Parameters
    ----------
    shells : number of exchange constants.
    """
    constants = [
        f"J{shell}{what}_meV"
        for what in ("", "_error", "_half_width")
        for shell in range(1, shells + 1)
    ]
    return [
        "formula", "orders", "ground_state", "spins", *constants, "misfit_order", "misfit_meV",
        "misfit_percent", "calculations", "remarks",
    ]  # fmt: skip


def labels(compared: list[Composition]) -> list[dict[str, Any]]:
    """Make the labels J1_meV, J1_error_meV ... of all calculations of compositions with constants.

    Parameters
    ----------
    compared : the compositions.

    Returns
    -------
    Rows of LABEL_COLUMNS; each names the calculations that the label comes from.
    """
    found = []
    for each in compared:
        if each.fit is None:
            continue
        source = "energies of " + ", ".join(each.names.values())
        values = _constants(each)
        found += [
            {"calculation": name, "label": label, "value": value, "label_source": source}
            for name in each.names.values()
            for label, value in values.items()
            if "half_width" not in label and value != ""
        ]
    return found


def _row(each: Composition, shells: int) -> dict[str, Any]:
    by_energy = sorted(each.energies, key=lambda order: each.energies[order])
    order, misfit = each.misfit or ("", None)
    fraction = each.misfit_fraction
    values = {
        "formula": each.formula,
        "orders": ", ".join(f"{order} {each.energies[order]:.3f}" for order in by_energy)
        or ", ".join(each.names),
        "ground_state": each.ground_state,
        "spins": ", ".join(f"{element} {spin:.3f}" for element, spin in each.spins.items()),
        **_constants(each),
        "misfit_order": order,
        "misfit_meV": "" if misfit is None else round(misfit, 4),
        "misfit_percent": "" if fraction is None else round(100 * fraction, 2),
        "calculations": ", ".join(each.names.values()),
        "remarks": "; ".join(each.remarks),
    }
    return {column: values.get(column, "") for column in columns(shells)}


def _constants(each: Composition) -> dict[str, Any]:
    if each.fit is None:
        return {}
    found = {}
    for what, own in (
        ("", each.fit.constants),
        ("_error", each.fit.errors),
        ("_half_width", each.fit.half_widths),
    ):
        for shell, value in enumerate(own, start=1):
            found[f"J{shell}{what}_meV"] = round(float(value), 5) if np.isfinite(value) else ""
    return found
