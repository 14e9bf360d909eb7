"""Write the dataset: every sample on one common grid, in one netCDF file or a Zarr store.

| variable | dims | unit |
| --- | --- | --- |
| `charge` | sample a b c | e angstrom-3 |
| `magnetization` | sample a b c | muB angstrom-3 |
| `magnetization_vector` | sample component a b c | muB angstrom-3; only where a sample is
noncollinear, NaN for the others |
| `lattice` | sample vector direction | angstrom; spans the stored grid |
| `site_position` | sample site vector | 1 (fractional in `lattice`; NaN pads) |
| `site_element` | sample site | ("" pads) |
| `site_moment`, `site_moment_voronoi` | sample site | muB; of the whole cell, whatever the window |
| labels, `total_moment` first | sample | as their `units` say; a label named as one of these
variables is `<label>_label`, one with many numbers stays in its record |
| `reported_moment` | sample | muB; of a noncollinear run the length of the vector |
| `source`, `source_sha256` | sample | |

Samples are written one by one, one sample a chunk: memory does not grow with their number.
"""

import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import netCDF4
import numpy as np
from numpy.typing import NDArray

from spinlens.calculations import record
from spinlens.core import netcdf
from spinlens.core.errors import SpinlensError
from spinlens.core.files import whole
from spinlens.density import grids
from spinlens.density.window import cut_window, window_start, windowed_cell
from spinlens.settings.sizes import STORE_SUFFIX

UNITS = {"muB": "muB", "eV": "eV", "meV": "meV"}
FIELDS = ("charge", "magnetization", "magnetization_vector")
OF_SITES = ("site_moment", "site_moment_voronoi")
CHUNK_CACHE_BYTES = 4 * 2**20

Shape = tuple[int, ...]
Labels = Mapping[str, tuple[Any, str]]  # name to (value, source)


def write_dataset(
    path: Path | str,
    records: Sequence[Path | str],
    grid: Sequence[int],
    window: float | None = None,
    compared: Mapping[str, Labels] | None = None,
) -> None:
    """Write the dataset from record files, in their order.

    Parameters
    ----------
    path
        File to write; a Zarr store if its name ends in `.zarr`.
    records
        Record files of the samples.
    grid
        Points of the common grid along a, b and c.
    window
        Length in Å along c of a window around each slab; None for the whole cell, which is also
        taken if the window is longer than the cell.
    compared
        Labels from comparing calculations, by calculation, in addition to those of the records.

    Raises
    ------
    SpinlensError
        If there is no record.
    """
    if not records:
        raise SpinlensError("no calculation was admitted: excluded.tsv says why, one by one")
    headers = [_header(file, compared or {}) for file in records]
    # Else the library keeps up to 64 MB of the chunks that it has written, of each variable.
    netCDF4.set_chunk_cache(CHUNK_CACHE_BYTES)
    is_store = Path(path).suffix == STORE_SUFFIX  # then a file in memory takes all but the fields
    with whole(path) as temporary, netCDF4.Dataset(temporary, "w", diskless=is_store) as output:
        _describe(output)
        _define(output, headers, tuple(grid))
        _write_labels(output, headers)
        store = _store(temporary, output) if is_store else None
        put = store.put if store else partial(_write_fields, output)
        for index, file in enumerate(records):
            with netCDF4.Dataset(file) as opened:
                opened.set_auto_mask(False)
                sample = _on_common_grid(opened, tuple(grid), window)
            _write_sites(output, index, sample)
            put(index, sample)
        if store:
            store.finish()


def _store(folder: Path, output: netCDF4.Dataset) -> Any:
    from spinlens.dataset.zarr_store import Store  # its imports, which a file is spared

    return Store(folder, output, FIELDS)


def _on_common_grid(
    sample: netCDF4.Dataset, grid: Shape, window: float | None
) -> dict[str, NDArray[np.float64]]:
    """Resample an open record's fields; with its lattice and sites, by name."""
    lattice, positions = sample["lattice"][:], sample["site_position"][:]
    stored = [name for name in FIELDS if name in sample.variables]
    fields = {name: sample[name][:].astype(np.float64) for name in stored}
    if window is not None and window < np.linalg.norm(lattice[2]):
        start = window_start(fields["charge"], lattice, window)
        fields = {
            name: cut_window(field, lattice, start, window, grid[2])
            for name, field in fields.items()
        }
        lattice, positions = windowed_cell(lattice, positions, start, window)
    resampled = {name: grids.resample(field, grid) for name, field in fields.items()}
    of_sites = {"site_position": positions} | {name: sample[name][:] for name in OF_SITES}
    return resampled | of_sites | {"lattice": lattice}


def _header(file: Path | str, compared: Mapping[str, Labels]) -> dict[str, Any]:
    attributes, elements, variables, *_ = record.read_header(file)
    labels = record.labels_of(attributes) | dict(compared.get(attributes["id"], {}))
    return {
        **{name: attributes[name] for name in ("id", "source", "source_sha256")},
        "labels": _with_moment_length(labels),
        "elements": elements,
        "variables": variables,
    }


def _with_moment_length(labels: Labels) -> dict[str, tuple[Any, str]]:
    """Replace a reported moment of three components by its length."""
    value, source = labels.get("reported_moment_muB", (0.0, ""))
    length = {"reported_moment_muB": (np.linalg.norm(value), source)} if np.ndim(value) else {}
    return dict(labels) | length


def _describe(output: netCDF4.Dataset) -> None:
    output.Conventions = "CF-1.11"
    output.title = "Spin densities of magnetic crystals on a common grid, with labels"
    output.source = "spin-polarised density functional theory; `source` names each file"
    now = datetime.now(UTC).isoformat(timespec="seconds")
    output.history = f"{now} spinlens {_version()}: Fourier resampling of split CHGCAR files"


def _version() -> str:
    """Read the workflow's version from its own file."""
    # A constant here would make every release a change of code, and so retrain every model.
    project = Path(__file__).parents[3] / "pyproject.toml"
    return tomllib.loads(project.read_text(encoding="utf-8"))["project"]["version"]


def _define(output: netCDF4.Dataset, headers: list[dict[str, Any]], grid: Shape) -> None:
    output.createDimension("sample", len(headers))
    output.createDimension("site", max(len(header["elements"]) for header in headers))
    netcdf.define_grid(output, grid)
    netcdf.variable(output, "sample", str, ("sample",), {"long_name": "calculation"})
    variables = {name for header in headers for name in header["variables"]}
    if "magnetization_vector" in variables:
        output.createDimension("component", 3)
    for name, (dims, kind, about) in record.VARIABLES.items():
        if name in variables:
            storage = _one_sample_a_chunk(output, dims) if name in FIELDS else {}
            netcdf.variable(output, name, kind, ("sample", *dims), about, **storage)
    for name in ("source", "source_sha256"):
        netcdf.variable(output, name, str, ("sample",), {"long_name": name.replace("_", " ")})


def _one_sample_a_chunk(output: netCDF4.Dataset, dims: tuple[str, ...]) -> dict[str, Any]:
    return {
        "compression": "zlib",
        "complevel": 1,
        "shuffle": True,
        "fletcher32": True,
        "fill_value": np.nan,
        "chunksizes": (1, *(output.dimensions[dim].size for dim in dims)),
    }


def _write_labels(output: netCDF4.Dataset, headers: list[dict[str, Any]]) -> None:
    labels = _scalar_labels(headers)
    names = _variable_names(labels, {*output.variables, *output.dimensions})
    for label in labels:
        values = [header["labels"].get(label) for header in headers]
        short, unit = _name_and_unit(label)
        about = {
            "long_name": short.replace("_", " "),
            "units": unit,
            "label_source": ", ".join(sorted({value[1] for value in values if value})),
        }
        kind, column = _column([value[0] if value else None for value in values])
        netcdf.variable(output, names[label], kind, ("sample",), about)[:] = column
    for name, key in (("sample", "id"), ("source", "source"), ("source_sha256", "source_sha256")):
        output[name][:] = np.array([header[key] for header in headers], dtype=object)
    elements = np.full(output["site_element"].shape, "", dtype=object)
    for row, header in zip(elements, headers, strict=True):
        row[: len(header["elements"])] = header["elements"]
    output["site_element"][:] = elements


def _scalar_labels(headers: list[dict[str, Any]]) -> list[str]:
    names = dict.fromkeys(name for header in headers for name in header["labels"])
    scalar = [
        name
        for name in names
        if all(np.ndim(h["labels"][name][0]) == 0 for h in headers if name in h["labels"])
    ]
    return sorted(scalar, key=lambda name: name != "total_moment_muB")


def _variable_names(labels: list[str], taken: set[str]) -> dict[str, str]:
    """Name the variable of each label: without the unit, followed by `_label` if it is taken."""
    names = {}
    # A label with a unit comes first, so that `energy` is the energy in eV.
    for label in sorted(labels, key=lambda label: _name_and_unit(label)[0] == label):
        name = _name_and_unit(label)[0]
        while name in taken:
            name += "_label"
        names[label] = name
        taken = taken | {name}
    return names


def _name_and_unit(label: str) -> tuple[str, str]:
    stem, _, unit = label.rpartition("_")
    return (stem, UNITS[unit]) if unit in UNITS else (label, "1")


def _column(values: list[Any]) -> tuple[Any, NDArray[Any]]:
    if all(value is None or isinstance(value, (int, float, np.number)) for value in values):
        return "f8", np.array([np.nan if v is None else v for v in values], dtype=float)
    return str, np.array(["" if v is None else str(v) for v in values], dtype=object)


def _write_sites(output: netCDF4.Dataset, index: int, sample: dict[str, NDArray[Any]]) -> None:
    output["lattice"][index] = sample["lattice"]
    for name in ("site_position", *OF_SITES):
        padded = np.full(output[name].shape[1:], np.nan)
        padded[: len(sample[name])] = sample[name]
        output[name][index] = padded


def _write_fields(output: netCDF4.Dataset, index: int, sample: dict[str, NDArray[Any]]) -> None:
    for name in FIELDS:
        if name in sample:
            output[name][index] = sample[name]
