"""The dataset: every sample on one common grid, in one netCDF file, one sample a chunk.

| variable | dims | unit |
| --- | --- | --- |
| `charge` | sample a b c | e angstrom-3 |
| `magnetization` | sample a b c | muB angstrom-3 |
| `magnetization_vector` | sample component a b c | muB angstrom-3; only where a sample is
noncollinear, NaN for the others |
| `lattice` | sample vector direction | angstrom; spans the stored grid |
| `site_position` | sample site vector | 1 (fractional in `lattice`; NaN pads) |
| `site_element` | sample site | ("" pads) |
| labels, `total_moment` first | sample | as their `units` say; a label named as one of these
variables is `<label>_label`, one with many numbers stays in its record |
| `reported_moment` | sample | muB; of a noncollinear run the length of the vector |
| `source`, `source_sha256` | sample | |

Samples are written one after another: memory does not grow with their number.
"""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import netCDF4
import numpy as np
import xarray as xr

from spinlens.calculations import record
from spinlens.core import netcdf
from spinlens.core.errors import SpinlensError
from spinlens.core.files import whole
from spinlens.density import grids
from spinlens.density.window import cut_window, window_start, windowed_cell

UNITS = {"muB": "muB", "eV": "eV", "meV": "meV"}
FIELDS = ("charge", "magnetization", "magnetization_vector")

CHUNK_CACHE_BYTES = 4 * 2**20


def write(path, records, grid, window=None, compared=None):
    """Write the dataset from record files, in their order.

    `grid` is (na, nb, nc); `window` the length in Å along c of a window around each slab, or
    None for the whole cell, which is also taken where the window is longer than the cell.
    `compared`, {calculation: {label: (value, source)}}, adds labels to those of the records.
    Raises SpinlensError where there is no record at all.
    """
    if not records:
        raise SpinlensError("no calculation was admitted: excluded.tsv says why, one by one")
    headers = [_header(file, compared or {}) for file in records]
    # Else the library keeps up to 64 MB of the chunks that it has written, of each variable.
    netCDF4.set_chunk_cache(CHUNK_CACHE_BYTES)
    with whole(path) as temporary, netCDF4.Dataset(temporary, "w") as output:
        _describe(output)
        _define(output, headers, tuple(grid))
        _write_labels(output, headers)
        for index, file in enumerate(records):
            with xr.open_dataset(file, engine="netcdf4") as sample:
                _write_sample(output, index, on_common_grid(sample, tuple(grid), window))


def open_dataset(path):
    """The dataset as a lazy xarray.Dataset; close it, or use it in a `with`."""
    return xr.open_dataset(path, engine="netcdf4", cache=False)


def mean_voxel_vectors(dataset):
    """Steps of the grid along a, b and c, (3, 3) in Å, of the samples' mean lattice."""
    points = [dataset.sizes[axis] for axis in "abc"]
    return dataset["lattice"].values.mean(axis=0) / np.array(points)[:, np.newaxis]


def on_common_grid(sample, grid, window=None):
    """A record's fields, lattice and site positions on a grid (na, nb, nc), as a dict: `sample`
    is an open record."""
    lattice, positions = sample["lattice"].values, sample["site_position"].values
    fields = {n: sample[n].values.astype(np.float64) for n in FIELDS if n in sample}
    if window is not None and window < np.linalg.norm(lattice[2]):
        start = window_start(fields["charge"], lattice, window)
        fields = {
            name: cut_window(field, lattice, start, window, grid[2])
            for name, field in fields.items()
        }
        lattice, positions = windowed_cell(lattice, positions, start, window)
    resampled = {name: grids.resample(field, grid) for name, field in fields.items()}
    return resampled | {"lattice": lattice, "site_position": positions}


def _header(file, compared):
    attributes, elements, variables = record.read_header(file)
    labels = record.labels_of(attributes) | compared.get(attributes["id"], {})
    return {
        "id": attributes["id"],
        "source": attributes["source"],
        "source_sha256": attributes["source_sha256"],
        "labels": _with_lengths(labels),
        "elements": elements,
        "variables": variables,
    }


def _with_lengths(labels):
    value, source = labels.get("reported_moment_muB", (0.0, ""))
    length = {"reported_moment_muB": (np.linalg.norm(value), source)} if np.ndim(value) else {}
    return labels | length


def _describe(output):
    now = datetime.now(UTC).isoformat(timespec="seconds")
    output.Conventions = "CF-1.11"
    output.title = "Spin densities of magnetic crystals on a common grid, with labels"
    output.source = "spin-polarised density functional theory; `source` names each file"
    output.history = f"{now} spinlens {_version()}: Fourier resampling of split CHGCAR files"


def _version():
    """Of the workflow, from where it is kept: a constant here would make every release a
    change of code, and so retrain every model."""
    project = Path(__file__).parents[3] / "pyproject.toml"
    return tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]


def _define(output, headers, grid):
    output.createDimension("sample", len(headers))
    output.createDimension("site", max(len(header["elements"]) for header in headers))
    netcdf.define_grid(output, grid)
    netcdf.variable(output, "sample", str, ("sample",), {"long_name": "calculation"})
    variables = set().union(*(header["variables"] for header in headers))
    if "magnetization_vector" in variables:
        output.createDimension("component", 3)
    for name, (dims, kind, about) in record.VARIABLES.items():
        if name in variables:
            storage = _one_sample_a_chunk(output, dims) if name in FIELDS else {}
            netcdf.variable(output, name, kind, ("sample", *dims), about, **storage)
    for name in ("source", "source_sha256"):
        netcdf.variable(output, name, str, ("sample",), {"long_name": name.replace("_", " ")})


def _one_sample_a_chunk(output, dims):
    shape = tuple(output.dimensions[dim].size for dim in dims)
    pack = {"compression": "zlib", "complevel": 1, "shuffle": True, "fill_value": np.nan}
    return pack | {"chunksizes": (1, *shape)}


def _write_labels(output, headers):
    labels = _scalar_labels(headers)
    names = _variable_names(labels, {*output.variables, *output.dimensions})
    for label in labels:
        found = [header["labels"].get(label) for header in headers]
        short, unit = _name_and_unit(label)
        about = {
            "long_name": short.replace("_", " "),
            "units": unit,
            "label_source": ", ".join(sorted({said[1] for said in found if said})),
        }
        kind, column = _column([said[0] if said else None for said in found])
        netcdf.variable(output, names[label], kind, ("sample",), about)[:] = column
    for index, header in enumerate(headers):
        output["sample"][index] = header["id"]
        output["source"][index] = header["source"]
        output["source_sha256"][index] = header["source_sha256"]
        elements = header["elements"] + [""] * (
            output.dimensions["site"].size - len(header["elements"])
        )
        output["site_element"][index] = np.array(elements, dtype=object)


def _scalar_labels(headers):
    names = dict.fromkeys(name for header in headers for name in header["labels"])
    scalar = [
        name
        for name in names
        if all(np.ndim(h["labels"][name][0]) == 0 for h in headers if name in h["labels"])
    ]
    return sorted(scalar, key=lambda name: name != "total_moment_muB")


def _variable_names(labels, taken):
    """Label -> name of its variable: without the unit, or else one that nothing has; a label
    with a unit comes first, so that `energy` is the energy in eV."""
    names = {}
    for label in sorted(labels, key=lambda label: _name_and_unit(label)[0] == label):
        name = _name_and_unit(label)[0]
        while name in taken:
            name += "_label"
        names[label] = name
        taken = taken | {name}
    return names


def _name_and_unit(label):
    stem, _, unit = label.rpartition("_")
    return (stem, UNITS[unit]) if unit in UNITS else (label, "1")


def _column(values):
    if all(value is None or isinstance(value, (int, float, np.number)) for value in values):
        return "f8", np.array([np.nan if v is None else v for v in values], dtype=float)
    return str, np.array(["" if v is None else str(v) for v in values], dtype=object)


def _write_sample(output, index, sample):
    for name in (*FIELDS, "lattice"):
        if name in sample:
            output[name][index] = sample[name]
    sites = len(sample["site_position"])
    output["site_position"][index] = np.nan
    output["site_position"][index, :sites] = sample["site_position"]
