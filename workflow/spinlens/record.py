"""The record of one calculation: its split densities and labels, or why it is excluded.

| content | dims | unit |
| --- | --- | --- |
| `charge` | a b c | e angstrom-3 |
| `magnetization` | a b c | muB angstrom-3 |
| `lattice` | vector direction | angstrom |
| `site_position` | site vector | 1 (fractional) |
| `site_element` | site | |

Labels are attributes; each has the file that it came from in `<label>_source` beside it. An
excluded calculation's record holds no grid, only `excluded`, the reason, and where it lies.
"""

import hashlib
from dataclasses import dataclass, field

import netCDF4
import numpy as np

from spinlens import density, netcdf
from spinlens.files import whole

GRID = ("a", "b", "c")
VARIABLES = {
    "charge": (GRID, "f4", {"units": "e angstrom-3", "long_name": "charge density"}),
    "magnetization": (
        GRID, "f4", {"units": "muB angstrom-3", "long_name": "magnetization density"},
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


def admitted(calculation, charge, magnetization, lattice, positions, elements, labels):
    """Record of an admitted calculation.

    `charge` and `magnetization` are (na, nb, nc) in e Å⁻³ and μB Å⁻³, `lattice` (3, 3) in Å,
    `positions` (sites, 3) fractional, `labels` a dict of name to (value, source).
    """
    arrays = {"charge": charge, "magnetization": magnetization, "lattice": lattice}
    arrays |= {"site_position": positions, "site_element": np.array(elements, dtype=object)}
    return Record(_origin(calculation) | _label_attributes(labels), arrays)


def excluded(calculation, reason):
    """Record of a calculation that was read and refused, with the reason in one line."""
    return Record(_origin(calculation) | {"excluded": " ".join(str(reason).split())})


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


def labels_of(attributes):
    """The labels among a record's attributes: dict of name to (value, source)."""
    return {
        name: (value, attributes[f"{name}_source"])
        for name, value in attributes.items()
        if f"{name}_source" in attributes
    }


def with_integrated_moment(labels, magnetization, lattice):
    """Labels with the integral of the magnetization density as the total moment; a reported
    moment is kept beside it as `reported_moment_muB`."""
    moment = float(density.integral(magnetization, lattice))
    integrated = {"total_moment_muB": (moment, "integral of the magnetization density")}
    reported = labels.get("total_moment_muB")
    rest = {name: label for name, label in labels.items() if name != "total_moment_muB"}
    return integrated | ({"reported_moment_muB": reported} if reported else {}) | rest


def _origin(calculation):
    return {
        "id": calculation.id,
        "source": calculation.charge_file,
        "source_sha256": _sha256(calculation.charge_file),
        "note": calculation.note,
        "Conventions": "CF-1.11",
    }


def _sha256(path):
    try:
        with open(path, "rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _label_attributes(labels):
    attributes = {}
    for name, (value, source) in labels.items():
        attributes[name] = int(value) if isinstance(value, bool) else value
        attributes[f"{name}_source"] = source
    return attributes
