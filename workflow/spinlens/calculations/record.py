"""The record of one calculation: its split densities and labels, or why it is excluded.

| content | dims | unit |
| --- | --- | --- |
| `charge` | a b c | e angstrom-3 |
| `magnetization` | a b c | muB angstrom-3 |
| `magnetization_vector` | component a b c | muB angstrom-3; of a noncollinear run, whose
`magnetization` is its projection on the axis in `projection_axis` |
| `lattice` | vector direction | angstrom |
| `site_position` | site vector | 1 (fractional) |
| `site_element` | site | |

Labels are attributes; each has the file that it came from in `<label>_source` beside it. A label
that would hide one of these, or what the record says of itself, is `label:<label>`. An
excluded calculation's record holds no grid, only `excluded`, the reason, and where it lies.
"""

import hashlib
import os
import stat
from dataclasses import dataclass, field
from typing import NamedTuple

import netCDF4
import numpy as np

from spinlens.core import netcdf
from spinlens.core.files import whole
from spinlens.density import grids

GRID = ("a", "b", "c")
OWN_ATTRIBUTES = (
    "id", "source", "source_sha256", "content_sha256", "note", "excluded", "projection_axis",
    "Conventions", "coordinates",
)  # fmt: skip
ASIDE = "label:"  # no label's own name holds a colon
VARIABLES = {
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
}  # fmt: skip


@dataclass(frozen=True)
class Record:
    """Attributes, and for an admitted calculation its arrays, named as in the table above."""

    attributes: dict
    arrays: dict = field(default_factory=dict)


def admitted(calculation, stored, charge, magnetization, labels, settings):
    """Record of an admitted calculation.

    `stored` is its ChargeFile, `charge` (na, nb, nc) in e Å⁻³, `magnetization` the same shape
    in μB Å⁻³, or (3, na, nb, nc) for a noncollinear run, whose projection is then what
    `magnetization` holds; `labels` is a dict of name to (value, source).
    """
    vector = {}
    attributes = _origin(calculation, stored.note)
    if magnetization.ndim == 4:
        vector = {"magnetization_vector": magnetization}
        axis = grids.moment_axis(magnetization, stored.lattice, settings["moment_axis"])
        magnetization = grids.along(magnetization, axis)
        attributes["projection_axis"] = axis
    arrays = {"charge": charge, "magnetization": magnetization} | vector
    arrays |= {"lattice": stored.lattice, "site_position": stored.positions}
    attributes["content_sha256"] = _content_sha256(arrays)
    arrays["site_element"] = np.array(stored.elements, dtype=object)
    labels = with_integrated_moment(labels, magnetization, stored.lattice)
    return Record(attributes | _label_attributes(labels), arrays)


def excluded(calculation, reason):
    """Record of a calculation that was read and refused, with the reason in one line."""
    said = "; ".join(filter(None, (str(reason), calculation.note)))
    return Record(_origin(calculation) | {"excluded": " ".join(said.split())})


def write(record, path):
    """Write a record whole: a reader never finds half of one."""
    with whole(path) as temporary, netCDF4.Dataset(temporary, "w") as output:
        output.setncatts(record.attributes)
        if record.arrays:
            netcdf.define_grid(output, record.arrays["charge"].shape)
        for name, values in record.arrays.items():
            dims, kind, about = VARIABLES[name]
            for dim, size in zip(dims, np.shape(values), strict=True):
                if dim not in output.dimensions:
                    output.createDimension(dim, size)
            netcdf.variable(output, name, kind, dims, about)[:] = values


class Header(NamedTuple):
    """What a record file says beside its fields: attributes, elements of its sites (none of an
    excluded calculation's), and names of its variables."""

    attributes: dict
    elements: list
    variables: set

    @property
    def values(self):
        """Labels (name to value) without their sources."""
        return {name: value for name, (value, _) in labels_of(self.attributes).items()}


def read_header(file):
    """Header of a record file."""
    with netCDF4.Dataset(file) as source:
        attributes = {name: source.getncattr(name) for name in source.ncattrs()}
        variables = set(source.variables)
        elements = list(source["site_element"][:]) if "site_element" in variables else []
        return Header(attributes, elements, variables)


def labels_of(attributes):
    """The labels among a record's attributes: dict of name to (value, source)."""
    return {
        name.removeprefix(ASIDE): (value, attributes[f"{name}_source"])
        for name, value in attributes.items()
        if f"{name}_source" in attributes
    }


def with_integrated_moment(labels, magnetization, lattice):
    """Labels with the integral of the magnetization density as the total moment; a reported
    moment (three numbers of a noncollinear run) is kept beside it as `reported_moment_muB`."""
    moment = float(grids.integral(magnetization, lattice))
    integrated = {"total_moment_muB": (moment, "integral of the magnetization density")}
    reported = labels.get("total_moment_muB")
    rest = {name: label for name, label in labels.items() if name != "total_moment_muB"}
    return integrated | ({"reported_moment_muB": reported} if reported else {}) | rest


def _origin(calculation, note=""):
    return {
        "id": calculation.id,
        "source": calculation.charge_file,
        "source_sha256": _file_sha256(calculation.charge_file),
        "note": "; ".join(filter(None, (calculation.note, note))),
        "Conventions": "CF-1.11",
    }


def _file_sha256(path):
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            return ""  # a pipe would never end
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _content_sha256(arrays):
    """Of the densities and the structure, so that the same run under another compression is
    known again."""
    digest = hashlib.sha256()
    for values in arrays.values():
        digest.update(np.ascontiguousarray(values, dtype=np.float32))
    return digest.hexdigest()


def _label_attributes(labels):
    attributes = {}
    for label, (value, source) in labels.items():
        hides = label in OWN_ATTRIBUTES or label.endswith("_source")
        name = f"{ASIDE}{label}" if hides else label
        attributes[name] = _attribute(value)
        attributes[f"{name}_source"] = _attribute(source)
    return attributes


def _attribute(value):
    """A value as netCDF can hold it: three numbers a site become one list, bytes of a path that
    are no UTF-8 escapes, and a whole number beyond 64 bits a float."""
    if isinstance(value, str):
        return os.fsencode(value).decode("utf-8", "backslashreplace")
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int):
        return value if abs(value) < 2**63 else float(value)
    return np.ravel(value) if isinstance(value, (list, tuple)) else value
