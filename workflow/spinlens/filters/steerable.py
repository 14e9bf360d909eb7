"""Filters of a steerable convolution: their weights by shell, their radial functions, and how
they look on a grid."""

import numpy as np

from spinlens.filters import voxel
from spinlens.layers.equivariant.irreps import Irrep, clebsch_gordan
from spinlens.layers.equivariant.spherical_harmonics import harmonics

# By the degree of an input, the channels that each of its fields is made of; Y_1 is (y, z, x).
COMPONENTS = {
    "parts": {0: [[0], [1]]},
    "signed": {0: [[0]]},
    "vector": {0: [[3]], 1: [[1, 2, 0]]},
}
TAIL = 2.0  # widths beyond the cutoff, to which the last shell is drawn
STEP = 0.05  # Å, of the radial functions


def to_dataset(trained, initial, channels, voxel_vectors):
    """Filters before and after training as filters.to_dataset gives them, and what they are
    made of.

    A filter is an output of a path from inputs by filters of degree `filter_degree` to features
    of degree `degree`; its `role` is `feature`, or `gate` of features of a degree. `kernel` is
    what its member m = l, which lies in the plane, sees of each voxel: K(r) × the voxel's
    volume, in Å^(3/2). `coefficients` (filter, channel, radial) are the weights of the shells,
    the same for all m; `profile` (filter, channel, distance) is Σ_n w_n R_nl(r), in Å^(-3/2).
    `trained` and `initial` are layers.steerable.Coefficients.
    """
    shells, paths = trained.basis, list(trained.weights)
    widest = shells.cutoff + TAIL * shells.width
    offsets = _offsets(voxel_vectors, widest)
    away, distance = np.linalg.norm(offsets, axis=-1), np.arange(0, widest, STEP)
    inside = (away <= widest) * abs(np.linalg.det(voxel_vectors))
    count = len(voxel.CHANNELS[channels])
    drawn, made = [], {}
    for name, found in (("", trained), ("initial_", initial)):
        weights = {path: _weights(found, path, channels, count) for path in paths}
        radial = {path: weights[path] @ shells.functions(path[1], distance).T for path in paths}
        kernels = [
            np.einsum("fcn,xyzn,cxyz->fcxyz", weights[path], shells.functions(path[1], away),
                      _angular(path, offsets, channels, count) * inside, optimize=True)
            for path in paths
        ]  # fmt: skip
        drawn.append(np.moveaxis(np.concatenate(kernels), (0, 1), (4, 3)))
        made[f"{name}coefficients"] = np.concatenate(list(weights.values()))
        made[f"{name}profile"] = np.concatenate(list(radial.values()))
    numbers = [len(each) for each in weights.values()]
    roles = [role for path in paths for role in _roles(trained.weights, path)]
    of_path = {
        "degree": [Irrep.of(out).degree for _, _, out in paths],
        "filter_degree": [degree for _, degree, _ in paths],
        "path": [" ".join(map(str, path)) for path in paths],
    }
    found = voxel.to_dataset(*drawn, channels, voxel_vectors).assign(_described(made))
    found = found.assign_coords(
        {name: ("filter", np.repeat(values, numbers)) for name, values in of_path.items()}
        | {"role": ("filter", roles), "radial": shells.centres, "distance": distance}
    )
    return found.assign_attrs(cutoff_angstrom=shells.cutoff, width_angstrom=shells.width)


def _roles(weights, path):
    """Of each output of a path: where scalars are more than the channels of all other kinds,
    the last ones are their gates."""
    made = {out: each.shape[2] for (_, _, out), each in weights.items()}
    if not Irrep.of(path[2]).is_invariant:
        return ["feature"] * made[path[2]]
    others = [(out, count) for out, count in sorted(made.items()) if out != path[2]]
    gates = [f"gate of l = {Irrep.of(out).degree}" for out, count in others for _ in range(count)]
    own = made[path[2]] - len(gates)
    return ["feature"] * own + gates if own > 0 else ["feature"] * made[path[2]]


def _described(made):
    found = {}
    for name, values in made.items():
        state = "initial" if name.startswith("initial") else "trained"
        last = "radial" if name.endswith("coefficients") else "distance"
        unit = "1" if last == "radial" else "angstrom-3/2"
        told = "weights of the shells" if last == "radial" else "radial functions"
        about = {"units": unit, "long_name": f"{state} {told} of the first convolution"}
        found[name] = (("filter", "channel", last), values.astype(np.float32), about)
    return found


def _weights(coefficients, path, channels, count):
    """(filters, channels, radial functions) of a path; components of one input share theirs."""
    given = coefficients.weights[path]
    made = np.zeros((given.shape[2], count, given.shape[0]))
    for number, components in enumerate(COMPONENTS[channels][Irrep.of(path[0]).degree]):
        made[:, components] = given[:, number].T[:, np.newaxis]
    return made


def _angular(path, offsets, channels, count):
    """(channels, a, b, c): what the member m = l of the output takes of each channel, by
    direction."""
    first, degree, out = Irrep.of(path[0]).degree, path[1], Irrep.of(path[2]).degree
    by_component = harmonics(degree, offsets) @ clebsch_gordan(first, degree, out)[:, :, -1].T
    made = np.zeros((count, *offsets.shape[:3]))
    for components in COMPONENTS[channels][first]:
        made[components] = np.moveaxis(by_component, -1, 0)
    return made


def _offsets(voxel_vectors, radius):
    """Positions (a, b, c, 3) in Å of the voxels of an odd box around one that holds a sphere."""
    spacing = 1 / np.linalg.norm(np.linalg.inv(voxel_vectors), axis=0)
    along = [np.arange(-n, n + 1) for n in np.ceil(radius / spacing).astype(int)]
    return np.stack(np.meshgrid(*along, indexing="ij"), -1) @ np.asarray(voxel_vectors)
