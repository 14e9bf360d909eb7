"""Runs in magnetic orders, from records of calculations, by composition."""

from collections import defaultdict
from typing import Any

import netCDF4
import numpy as np

from spinlens.calculations.record import Header, read_header
from spinlens.crystal.formulas import reduced
from spinlens.exchange.runs import SHARED, MagneticRun


def compositions(files: list[str]) -> dict[str, list[MagneticRun]]:
    """Group calculations by composition: those with an order and local moments, in two at least.

    Parameters
    ----------
    files : records of calculations; excluded and noncollinear ones are passed over, and so are
        runs without spin.

    Returns
    -------
    {formula: its runs}, by the label `formula` or, without one, by the elements.
    """
    headers = defaultdict(list)
    for file in files:
        header = read_header(file)
        if _counts(header):
            formula = str(header.values.get("formula", reduced(header.elements)))
            headers[formula].append((file, header))
    found = {}
    for formula, own in sorted(headers.items()):
        if len(own) > 1:  # a record alone need not be read whole
            runs = [run for file, header in own if (run := _run(file, header))]
            found[formula] = sorted(runs, key=lambda run: (len(run.elements), run.name))
    return {formula: runs for formula, runs in found.items() if len(runs) > 1}


def _counts(header: Header) -> bool:
    """Whether a calculation may say something of exchange."""
    labels = header.values
    if "excluded" in header.attributes or not header.elements:
        return False
    without_spin = labels.get("order") == "NM" or labels.get("order_final") == "NM"
    return not without_spin and labels.get("spin_kind") != "noncollinear"


def _run(file: str, header: Header) -> MagneticRun | None:
    """Read the run of a record; None if it has no local moments."""
    labels = header.values
    order = str(labels.get("order", ""))
    with netCDF4.Dataset(file) as source:
        moments = labels.get("local_moments_muB")
        if moments is None and "site_moment" in source.variables:
            moments = source["site_moment"][:]
        if moments is None or np.shape(moments) != (len(header.elements),):
            return None
        return MagneticRun(
            header.attributes["id"],
            "" if order == "other" else order,
            np.array(source["lattice"][:]),
            np.array(source["site_position"][:]),
            list(header.elements),
            np.asarray(moments, float),
            _number(labels.get("energy_eV")),
            _settings(labels),
            bool(labels.get("converged", True)),
            _number(labels.get("anisotropy_meV")),
        )


def _settings(labels: dict[str, Any]) -> dict[str, Any]:
    found = {key: labels[key] for key in SHARED if key in labels}
    if "kpoints" in found:
        found["kpoints"] = tuple(int(number) for number in str(found["kpoints"]).split("x"))
    return found


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
