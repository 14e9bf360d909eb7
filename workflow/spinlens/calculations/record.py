"""Write and read the record of one calculation: split densities and labels, or its exclusion.

| content | dims | unit |
| --- | --- | --- |
| `charge` | a b c | e angstrom-3 |
| `magnetization` | a b c | muB angstrom-3 |
| `magnetization_vector` | component a b c | muB angstrom-3; of a noncollinear run, whose
`magnetization` is its projection on the axis in `projection_axis` |
| `lattice` | vector direction | angstrom |
| `site_position` | site vector | 1 (fractional) |
| `site_element` | site | |
| `site_moment`, `site_moment_voronoi` | site | muB; integrals of `magnetization` over spheres of
1.3 Å around the sites, and over their Voronoi regions |

The global sign of a collinear magnetization is fixed: the total moment is positive, or, where it
vanishes, the first magnetic site is up; `sign_flipped` is 1 if the file had the other sign.

Labels are attributes, each with the file that it came from in `<label>_source`. A label that would
hide one of these, or an attribute of the record itself, is `label:<label>`. The record of an
excluded calculation has no grid, only `excluded`, the reason, and its source.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import netCDF4
import numpy as np
from numpy.typing import NDArray

from spinlens.core import netcdf
from spinlens.core.files import whole

GRID = ("a", "b", "c")
OWN_ATTRIBUTES = (
    "id", "source", "source_sha256", "content_sha256", "note", "excluded", "projection_axis",
    "projection_share",    "sign_flipped", "Conventions", "coordinates",
)  # fmt: skip
LABEL_PREFIX = "label:"  # no name of a label has a colon
VARIABLES: dict[str, tuple[tuple[str, ...], Any, dict[str, str]]] = {
    "charge": (GRID, "f4", {"units": "e angstrom-3", "long_name": "charge density"}),
    "magnetization": (
        GRID, "f4", {"units": "muB angstrom-3", "long_name": "magnetization density"},
    ),
    "magnetization_vector": (
        ("component", *GRID), "f4",
        {"units": "muB angstrom-3", "long_name": "magnetization density along x, y and z"},
    ),
    "lattice": (
        ("vector", "direction"), "f8",
        {"units": "angstrom", "long_name": "lattice vectors, one a row"},
    ),
    "site_position": (
        ("site", "vector"), "f8",
        {"units": "1", "long_name": "fractional position of the sites"},
    ),
    "site_element": (("site",), str, {"long_name": "element of the sites"}),
    "site_moment": (("site",), "f8", {"units": "muB", "long_name": "moment in a sphere of 1.3 Å"}),
    "site_moment_voronoi": (
        ("site",), "f8", {"units": "muB", "long_name": "moment in the Voronoi region"},
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Record:
    """Content of a record file.

    Parameters
    ----------
    attributes
        Labels with their sources, and the record's own attributes.
    arrays
        Arrays by the names in the table above; empty for an excluded calculation.
    """

    attributes: dict[str, Any]
    arrays: dict[str, NDArray[Any]] = field(default_factory=dict)


def write(record: Record, path: Path | str) -> None:
    """Write a record to a netCDF file, whole or not at all.

    Parameters
    ----------
    record
        Record of a calculation.
    path
        File to write.
    """
    with whole(path) as temporary, netCDF4.Dataset(temporary, "w") as output:
        output.setncatts(record.attributes)
        if record.arrays:
            netcdf.define_grid(output, record.arrays["magnetization"].shape)
        for name, values in record.arrays.items():
            dims, kind, about = VARIABLES[name]
            for dim, size in zip(dims, np.shape(values), strict=True):
                if dim not in output.dimensions:
                    output.createDimension(dim, size)
            checked = {} if kind is str else {"fletcher32": True}
            netcdf.variable(output, name, kind, dims, about, **checked)[:] = values


class Header(NamedTuple):
    """Content of a record file except its grids.

    Parameters
    ----------
    attributes
        All attributes.
    elements
        One symbol per site; empty for an excluded calculation.
    variables
        Names of the variables.
    volume
        Volume of the cell in Å³; None for an excluded calculation.
    arrays
        Arrays that were asked for, by name; without those that the file does not have.
    """

    attributes: dict[str, Any]
    elements: list[str]
    variables: set[str]
    volume: float | None = None
    arrays: Mapping[str, NDArray[Any]] = {}

    @property
    def values(self) -> dict[str, Any]:
        """Labels (name to value) without their sources."""
        return {name: value for name, (value, _) in labels_of(self.attributes).items()}


def read_header(file: Path | str, arrays: Sequence[str] = ()) -> Header:
    """Read a record file except its grids: attributes, elements and names of variables.

    Parameters
    ----------
    file
        Record file.
    arrays
        Names of arrays to read as well: opening a file takes longer than reading a small one.

    Returns
    -------
    Header
        What was read.
    """
    with netCDF4.Dataset(file) as source:
        source.set_auto_mask(False)
        attributes = {name: source.getncattr(name) for name in source.ncattrs()}
        variables = set(source.variables)
        elements = list(source["site_element"][:]) if "site_element" in variables else []
        lattice = source["lattice"][:] if "lattice" in variables else None
        volume = None if lattice is None else abs(float(np.linalg.det(lattice)))
        found = {name: source[name][:] for name in arrays if name in variables}
        return Header(attributes, elements, variables, volume, found)


def labels_of(attributes: Mapping[str, Any]) -> dict[str, tuple[Any, str]]:
    """Return the labels among a record's attributes.

    Parameters
    ----------
    attributes
        Attributes of a record.

    Returns
    -------
    dict
        Name to (value, source).
    """
    return {
        name.removeprefix(LABEL_PREFIX): (value, attributes[f"{name}_source"])
        for name, value in attributes.items()
        if f"{name}_source" in attributes
    }


def label_attributes(labels: Mapping[str, Any]) -> dict[str, Any]:
    """Return labels as attributes of a record.

    Parameters
    ----------
    labels
        Name to (value, source).

    Returns
    -------
    dict
        Value and source of each label, named so that they hide no attribute of the record itself.
    """
    attributes: dict[str, Any] = {}
    for label, (value, source) in labels.items():
        hides = label in OWN_ATTRIBUTES or label.endswith("_source")
        name = f"{LABEL_PREFIX}{label}" if hides else label
        attributes[name] = _attribute(value)
        attributes[f"{name}_source"] = _attribute(source)
    return attributes


def _attribute(value: Any) -> Any:
    """Return a value as netCDF can hold it."""
    if isinstance(value, str):  # bytes of a path that are not UTF-8 become escapes
        return os.fsencode(value).decode("utf-8", "backslashreplace")
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if abs(value) < 2**63 else float(value)
    # Three numbers per site become one list.
    return np.ravel(value) if isinstance(value, (list, tuple)) else value
