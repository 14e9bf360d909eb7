"""Filters of the first convolution, with their grid in Å, as `filters.nc` holds them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from numpy.typing import ArrayLike, NDArray

from spinlens.core.files import whole
from spinlens.layers.equivariant.irreps import Irrep, clebsch_gordan
from spinlens.layers.equivariant.spherical_harmonics import harmonics

if TYPE_CHECKING:
    from spinlens.layers.equivariant.grid_convolution import Coefficients

CHANNELS = {
    "parts": ("positive part", "negative part"),
    "signed": ("magnetization",),
    "vector": ("x", "y", "z", "length"),
    "charge": ("charge",),
    "up": ("spin up",),
    "down": ("spin down",),
    "both": ("charge", "magnetization"),
}
# By the degree of an input, the channels that each of its fields is made of; Y_1 is (y, z, x).
COMPONENT_CHANNELS = {
    "parts": {0: [[0], [1]]},
    "signed": {0: [[0]]},
    "vector": {0: [[3]], 1: [[1, 2, 0]]},
    "charge": {0: [[0]]},
    "up": {0: [[0]]},
    "down": {0: [[0]]},
    "both": {0: [[0], [1]]},
}
TAIL_WIDTHS = 2.0  # beyond the cutoff, to which the last radial function is drawn
PROFILE_STEP = 0.05  # Å, of the radial functions


def write(
    path: Path | str, trained: Any, initial: Any, channels: str, voxel_vectors: ArrayLike
) -> None:
    """Write `filters.nc`: the first convolution before and after training.

    Parameters
    ----------
    path : Path or str
        File to write.
    trained, initial : NDArray or Coefficients
        What `models.build.first_kernel` gives, of a network of voxels or a steerable one.
    channels : str
        The point's `channels`.
    voxel_vectors : array_like of float, shape (3, 3)
        Steps of the grid along a, b and c in Å, a row each.
    """
    of_family = voxel_dataset if isinstance(trained, np.ndarray) else steerable_dataset
    found = of_family(trained, initial, channels, voxel_vectors)
    with whole(path) as temporary:
        found.to_netcdf(temporary)


def voxel_dataset(
    kernel: NDArray[Any], initial_kernel: NDArray[Any], channels: str, voxel_vectors: ArrayLike
) -> xr.Dataset:
    """Read the filters of a convolution of voxels, before and after training.

    Parameters
    ----------
    kernel, initial_kernel : NDArray of float, shape (a, b, c, channel, filter)
        Weights as Keras keeps them.
    channels : str
        The point's `channels`.
    voxel_vectors : array_like of float, shape (3, 3)
        Steps of the grid along a, b and c in Å, a row each.

    Returns
    -------
    xarray.Dataset
        `kernel` and `initial_kernel` (filter, channel, a, b, c), and `voxel_vectors`.
    """
    dims = ("filter", "channel", "a", "b", "c")
    fields = {"kernel": (kernel, "trained"), "initial_kernel": (initial_kernel, "initial")}
    return xr.Dataset(
        {
            name: (dims, np.moveaxis(values, (4, 3), (0, 1)).astype(np.float32),
                   {"units": "1", "long_name": f"{state} weights of the first convolution"})
            for name, (values, state) in fields.items()
        }
        | {
            "voxel_vectors": (
                ("vector", "direction"), np.asarray(voxel_vectors, dtype=float),
                {"units": "angstrom", "long_name": "steps of the grid along a, b and c"},
            )
        },
        coords={
            "filter": np.arange(1, kernel.shape[4] + 1),
            "channel": list(CHANNELS[channels]),
            "vector": list("abc"),
            "direction": list("xyz"),
        },
        attrs={"Conventions": "CF-1.11", "title": "Filters of the first convolution"},
    )  # fmt: skip


def steerable_dataset(
    trained: Coefficients, initial: Coefficients, channels: str, voxel_vectors: ArrayLike
) -> xr.Dataset:
    """Read the filters of a steerable convolution, with what they are made of.

    A filter is an output of a path from inputs by filters of degree `filter_degree` to features
    of degree `degree`; its `role` is `feature`, or `gate` of features of a degree.

    Parameters
    ----------
    trained, initial : Coefficients
        Weights by path, after and before training.
    channels, voxel_vectors
        As `voxel_dataset` takes them.

    Returns
    -------
    xarray.Dataset
        As `voxel_dataset` gives it, where a kernel is K(r) × the voxel's volume, in Å^(3/2), of
        the filter's member m = l, which lies in the plane. `coefficients` (filter, channel,
        radial) are the weights of the radial functions, the same for all m; `profile` (filter,
        channel, distance) is Σ_n w_n R_nl(r), in Å^(-3/2).
    """
    steps = np.asarray(voxel_vectors, dtype=float)
    basis, paths = trained.basis, list(trained.weights)
    widest = basis.cutoff + TAIL_WIDTHS * basis.width
    offsets = _offsets(steps, widest)
    away, distance = np.linalg.norm(offsets, axis=-1), np.arange(0, widest, PROFILE_STEP)
    inside = (away <= widest) * abs(np.linalg.det(steps))
    count = len(CHANNELS[channels])
    drawn, made = [], {}
    for name, state in (("", trained), ("initial_", initial)):
        weights = {path: _weights(state, path, channels, count) for path in paths}
        radial = {path: weights[path] @ basis.functions(path[1], distance).T for path in paths}
        on_grid = [
            np.einsum("fcn,xyzn,cxyz->fcxyz", weights[path], basis.functions(path[1], away),
                      _angular(path, offsets, channels, count) * inside, optimize=True)
            for path in paths
        ]  # fmt: skip
        drawn.append(np.moveaxis(np.concatenate(on_grid), (0, 1), (4, 3)))
        made[f"{name}coefficients"] = np.concatenate(list(weights.values()))
        made[f"{name}profile"] = np.concatenate(list(radial.values()))
    numbers = [len(each) for each in weights.values()]
    roles = [role for path in paths for role in _roles(trained.weights, path)]
    of_path: dict[str, list[Any]] = {
        "degree": [Irrep.of(out).degree for _, _, out in paths],
        "filter_degree": [degree for _, degree, _ in paths],
        "path": [" ".join(map(str, path)) for path in paths],
    }
    found = voxel_dataset(drawn[0], drawn[1], channels, steps).assign(_described(made))
    found = found.assign_coords(
        {name: ("filter", np.repeat(values, numbers)) for name, values in of_path.items()}
        | {"role": ("filter", roles), "radial": basis.centres, "distance": distance}
    )
    return found.assign_attrs(cutoff_angstrom=basis.cutoff, width_angstrom=basis.width)


def _roles(weights: dict[Any, NDArray[Any]], path: Any) -> list[str]:
    """Role of each output of a path; the last of the scalars gate the features of other irreps."""
    made = {out: each.shape[2] for (_, _, out), each in weights.items()}
    if not Irrep.of(path[2]).is_invariant:
        return ["feature"] * made[path[2]]
    others = [(out, count) for out, count in sorted(made.items()) if out != path[2]]
    gates = [f"gate of l = {Irrep.of(out).degree}" for out, count in others for _ in range(count)]
    own = made[path[2]] - len(gates)
    return ["feature"] * own + gates if own > 0 else ["feature"] * made[path[2]]


def _described(made: dict[str, NDArray[Any]]) -> dict[str, Any]:
    found = {}
    for name, values in made.items():
        state = "initial" if name.startswith("initial") else "trained"
        last = "radial" if name.endswith("coefficients") else "distance"
        unit = "1" if last == "radial" else "angstrom-3/2"
        told = "weights of the shells" if last == "radial" else "radial functions"
        about = {"units": unit, "long_name": f"{state} {told} of the first convolution"}
        found[name] = (("filter", "channel", last), values.astype(np.float32), about)
    return found


def _weights(
    coefficients: Coefficients, path: Any, channels: str, count: int
) -> NDArray[np.float64]:
    """Return the (filters, channels, radial functions) of a path, shared within an input."""
    of_path = coefficients.weights[path]
    made = np.zeros((of_path.shape[2], count, of_path.shape[0]))
    for number, components in enumerate(COMPONENT_CHANNELS[channels][Irrep.of(path[0]).degree]):
        made[:, components] = of_path[:, number].T[:, np.newaxis]
    return made


def _angular(
    path: Any, offsets: NDArray[np.float64], channels: str, count: int
) -> NDArray[np.float64]:
    """Return what the output's member m = l takes of each channel: (channels, a, b, c)."""
    first, degree, out = Irrep.of(path[0]).degree, path[1], Irrep.of(path[2]).degree
    by_component = harmonics(degree, offsets) @ clebsch_gordan(first, degree, out)[:, :, -1].T
    made = np.zeros((count, *offsets.shape[:3]))
    for components in COMPONENT_CHANNELS[channels][first]:
        made[components] = np.moveaxis(by_component, -1, 0)
    return made


def _offsets(voxel_vectors: NDArray[np.float64], radius: float) -> NDArray[np.float64]:
    """Positions (a, b, c, 3) in Å of the voxels of an odd box around one that holds a sphere."""
    spacing = 1 / np.linalg.norm(np.linalg.inv(voxel_vectors), axis=0)
    along = [np.arange(-n, n + 1) for n in np.ceil(radius / spacing).astype(int)]
    return np.stack(np.meshgrid(*along, indexing="ij"), -1) @ voxel_vectors
