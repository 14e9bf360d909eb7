"""What each layer of a steerable network holds and computes, counted from its sizes alone.

The layers are those of steerable_model.network, their work that of layers.steerable: products
with small matrices between grid and band, and sums over the band.
"""

from math import prod

from spinlens.models.voxel_cost import Layer, dense

# Memory of the compiled network beyond that of a voxel one, and how many arrays of spectra a
# convolution keeps for the way back: measured, on TensorFlow's CPU build.
GRAPH_MB = 285
SPECTRA_KEPT = 1


def layers(point, cell, channels):
    """Layers of a sweep point's network on a unit cell (na, nb, nc) of so many channels."""
    inputs = {(1, 1): 1, (0, 1): 1} if point["channels"] == "vector" else {(0, 1): channels}
    if not point["inversion"]:
        inputs = {(degree, 0): count for (degree, _), count in inputs.items()}
    network = []
    every = [point["filters"], *point["convolutions"]]
    for index, filters in enumerate(every):
        if index:
            network.append(Layer(0, 2 * _values(inputs) * prod(cell)))  # gates
            network.append(_tensor_product(inputs, prod(cell)))
        outputs = _outputs(point, inputs, filters, gated=index < len(every) - 1)
        network.append(_convolution(point, inputs, outputs, cell, first=index == 0))
        inputs = {kind: filters for kind in outputs}
    network.append(Layer(0, _values(inputs) * prod(cell)))
    return [*network, *dense(2 * sum(inputs.values()), [*point["dense"], 2])]


def _outputs(point, inputs, filters, gated):
    """{(degree, parity): channels}, as steerable_model.outputs says by names."""
    kinds = []
    for degree in range(point["max_degree"] + 1):
        natural = (-1) ** degree
        both = point["channels"] == "vector"
        parities = ([1, -1] if both else [natural]) if point["inversion"] else [0]
        kinds += [(degree, parity) for parity in parities]
    reached = {out for _, _, out in _paths(point, inputs, kinds)}
    made = {kind: filters for kind in kinds if kind in reached}
    return made | ({kinds[0]: filters * len(made)} if gated else {})


def _paths(point, inputs, outputs):
    return [
        (first, degree, out)
        for first in inputs
        for degree in range(point["max_degree"] + 1)
        for out in outputs
        if abs(first[0] - degree) <= out[0] <= first[0] + degree
        and out[1] == first[1] * (-1) ** degree
    ]


def _convolution(point, inputs, outputs, cell, first):
    paths, count = _paths(point, inputs, outputs), point["radial_functions"]
    weights = sum(count * inputs[one] * outputs[out] for one, _, out in paths)
    na, nb, nc = cell
    ka, kb, c = 2 * ((na - 1) // 2) + 1, 2 * ((nb - 1) // 2) + 1, (nc - 1) // 2 + 1
    band = ka * kb * c
    # To the band, axis after axis; the way back is as long.
    transform = 4 * (na * nb * nc * c + 2 * na * nb * kb * c + 2 * na * ka * kb * c)
    coupled = sum(
        2 * band * ((2 * one[0] + 1) * (2 * out[0] + 1) * inputs[one] * 2
                    + (2 * out[0] + 1) * 2 * inputs[one] * outputs[out])
        + 2 * band * count * inputs[one] * outputs[out]
        for one, _, out in paths
    )  # fmt: skip
    fields = _values(inputs) + _values(outputs)
    passes = 2 if first else 3
    spectra = sum(2 * band * (2 * out[0] + 1) * inputs[one] for one, _, out in paths)
    kept = SPECTRA_KEPT * (spectra + 2 * band * fields) + fields * prod(cell)
    return Layer(weights + outputs[next(iter(outputs))], kept,
                 sample_flop=passes * (fields * transform + coupled))  # fmt: skip


def _tensor_product(inputs, voxels):
    (count,) = set(inputs.values())
    kinds = list(inputs)
    pairs = [(u, v) for i, u in enumerate(kinds) for v in kinds[i:]]
    made = [(u, v, w) for u, v in pairs for w in kinds
            if abs(u[0] - v[0]) <= w[0] <= u[0] + v[0] and w[1] == u[1] * v[1]]  # fmt: skip
    products = sum((2 * u[0] + 1) * (2 * v[0] + 1) for u, v in {(u, v) for u, v, _ in made})
    coupled = sum((2 * u[0] + 1) * (2 * v[0] + 1) * (2 * w[0] + 1) for u, v, w in made)
    weights = count**2 * (2 * len(kinds) + len(made))
    return Layer(weights, 2 * products * count * voxels,
                 sample_flop=6 * voxels * count * (coupled + count * len(made)))  # fmt: skip


def _values(kinds):
    """Components of all channels."""
    return sum((2 * degree + 1) * channels for (degree, _), channels in kinds.items())
