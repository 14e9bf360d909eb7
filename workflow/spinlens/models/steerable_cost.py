"""Weights, memory and operations of each layer of a steerable network, counted from its sizes.

The layers are those of `models.families.steerable`, their work that of `layers.equivariant`:
products with small matrices between grid and band, and sums over the band. Nothing here imports
Keras.
"""

from collections.abc import Iterable
from math import log2, prod
from typing import Any

from spinlens.layers.equivariant import irreps
from spinlens.layers.equivariant.irreps import Irrep
from spinlens.models.voxel_cost import Layer, Sizes, dense_layers

Channels = dict[str, int]
"""Channels by the name of their irrep."""
GRAPH_MB = 285
"""Memory of the compiled network beyond that of a voxel one, measured on TensorFlow's CPU build."""
_SPECTRA_KEPT = 1  # arrays of spectra that a convolution keeps for the way back, measured likewise


def steerable_layers(point: dict[str, Any], cell: Sizes, channels: int) -> list[Layer]:
    """Layers of a steerable network.

    Parameters
    ----------
    point, cell, channels
        As `voxel_cost.voxel_layers` takes them.

    Returns
    -------
    list of Layer
        From the first convolution to the classes.
    """
    even = "e" if point["inversion"] else ""
    vector = point["channels"] == "vector"
    inputs = {f"1{even}": 1, f"0{even}": 1} if vector else {f"0{even}": channels}
    network = []
    every = [point["filters"], *point["convolutions"]]
    for index, filters in enumerate(every):
        if index:
            network.append(Layer(0, 2 * _components(inputs) * prod(cell)))  # gates
            network.append(_tensor_product(inputs, prod(cell)))
        outputs = steerable_channels(point, inputs, filters, gated=index < len(every) - 1)
        network.append(_steerable(point, inputs, outputs, cell, first=index == 0))
        inputs = dict.fromkeys(outputs, filters)
    network.append(Layer(0, _components(inputs) * prod(cell)))
    return [*network, *dense_layers(2 * sum(inputs.values()), [*point["dense"], 2])]


def pair_layers(point: dict[str, Any], cell: Sizes, channels: int) -> list[Layer]:
    """Layers of a network of the pair family.

    Parameters
    ----------
    point, cell, channels
        As `steerable_layers` takes them, which also says what is returned.
    """
    voxels = channels * prod(cell)
    weights = point["radial_functions"] * channels * point["filters"]
    # Spectrum, power, and its four shares of each wave vector, on half of the grid.
    first = Layer(weights, 8 * voxels, sample_flop=voxels * (20 + 10 * log2(prod(cell))))
    return [first, *dense_layers(point["filters"], [*point["dense"], 2])]


def steerable_channels(
    point: dict[str, Any], inputs: Iterable[str], filters: int, gated: bool
) -> Channels:
    """Channels of the output of a steerable convolution.

    Parameters
    ----------
    point
        Hyperparameters.
    inputs
        Irreps of the features that it takes.
    filters
        Channels of each irrep.
    gated
        Whether a scalar more is made for every channel of the other irreps, as its gate.

    Returns
    -------
    dict
        Channels of every irrep that a filter leads to.
    """
    degrees = range(point["max_degree"] + 1)
    names = irreps.of_harmonics(point["max_degree"], point["inversion"])
    if point["inversion"] and point["channels"] == "vector":
        # From scalars alone, pseudotensors come of products only: they are left out there.
        names = [f"{degree}{parity}" for degree in degrees for parity in "eo"]
    reached = {path.target for path in irreps.paths(inputs, degrees, names)}
    made = {name: filters for name in names if name in reached}
    return made | ({names[0]: filters * len(made)} if gated else {})


def _steerable(
    point: dict[str, Any], inputs: Channels, outputs: Channels, cell: Sizes, first: bool
) -> Layer:
    """Layer of a SteerableConv3D."""
    paths = irreps.paths(inputs, range(point["max_degree"] + 1), outputs)
    count = point["radial_functions"]
    weights = sum(count * inputs[path.source] * outputs[path.target] for path in paths)
    na, nb, nc = cell
    ka, kb, c = 2 * ((na - 1) // 2) + 1, 2 * ((nb - 1) // 2) + 1, (nc - 1) // 2 + 1
    band = ka * kb * c
    # To the band, axis after axis; the way back is as long.
    transform = 4 * (na * nb * nc * c + 2 * na * nb * kb * c + 2 * na * ka * kb * c)
    dims = [(Irrep.of(path.source).dim, Irrep.of(path.target).dim) for path in paths]
    sizes_of = [(inputs[path.source], outputs[path.target]) for path in paths]
    coupled = sum(
        2 * band * (m * n * taken * 2 + n * 2 * taken * made) + 2 * band * count * taken * made
        for (m, n), (taken, made) in zip(dims, sizes_of, strict=True)
    )
    fields = _components(inputs) + _components(outputs)
    passes = 2 if first else 3
    spectra = sum(2 * band * n * taken for (_, n), (taken, _) in zip(dims, sizes_of, strict=True))
    kept = _SPECTRA_KEPT * (spectra + 2 * band * fields) + fields * prod(cell)
    return Layer(weights + outputs[next(iter(outputs))], kept,
                 sample_flop=passes * (fields * transform + coupled))  # fmt: skip


def _tensor_product(inputs: Channels, voxels: int) -> Layer:
    """Layer of a TensorProduct."""
    (count,) = set(inputs.values())
    kept = [Irrep.of(name) for name in inputs]
    pairs = [(u, v) for i, u in enumerate(kept) for v in kept[i:]]
    made = [(u, v, w) for u, v in pairs for w in kept if irreps.couples(u, v, w)]
    products = sum(u.dim * v.dim for u, v in {(u, v) for u, v, _ in made})
    coupled = sum(u.dim * v.dim * w.dim for u, v, w in made)
    weights = count**2 * (2 * len(kept) + len(made))
    return Layer(weights, 2 * products * count * voxels,
                 sample_flop=6 * voxels * count * (coupled + count * len(made)))  # fmt: skip


def _components(channels: Channels) -> int:
    """Components of all channels."""
    return sum(Irrep.of(name).dim * count for name, count in channels.items())
