"""Runs in magnetic orders, from records of calculations, by composition."""

from collections import defaultdict
from typing import Any

import netCDF4
import numpy as np

from spinlens.calculations.record import Header, read_header
from spinlens.crystal.formulas import reduced
from spinlens.exchange.runs import SHARED, MagneticRun

DENSITY_ORDERS = ("FM", "AFM", "NM", "other")  # of which a run's own moments tell


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
    found = defaultdict(list)
    for file in files:
        header = read_header(file)
        if run := _run(file, header):
            found[str(header.values.get("formula", reduced(header.elements)))].append(run)
    return {
        name: sorted(runs, key=lambda run: (len(run.elements), run.name))
        for name, runs in sorted(found.items())
        if len(runs) > 1
    }


def _run(file: str, header: Header) -> MagneticRun | None:
    labels = header.values
    order = str(labels.get("order", ""))
    if "excluded" in header.attributes or labels.get("spin_kind") == "noncollinear":
        return None
    if order == "NM" or labels.get("order_final") == "NM" or not header.elements:
        return None
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
