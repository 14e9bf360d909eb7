"""Structures as points: padded arrays, neighbour lists, and layers of networks on them."""

from collections.abc import Mapping, Sequence
from typing import Any

import keras
import numpy as np
from ase import Atoms
from ase.neighborlist import neighbor_list
from numpy.typing import NDArray

from spinlens.core.errors import SpinlensError
from spinlens.layers import Features, Tensor
from spinlens.layers.equivariant import irreps
from spinlens.layers.equivariant.neighbours import AllPairs, Surroundings
from spinlens.layers.equivariant.point_convolution import (
    NormGate,
    PointConvolution,
    SelfInteraction,
)

Arrays = dict[str, NDArray[Any]]


def elements_of(structures: Sequence[Atoms]) -> list[str]:
    """Return the chemical symbols in structures, by atomic number.

    Parameters
    ----------
    structures
        Molecules or crystals.
    """
    number = {atom.symbol: atom.number for structure in structures for atom in structure}
    return sorted(number, key=lambda symbol: number[symbol])


def pad_points(
    species: Sequence[Sequence[int]],
    positions: Sequence[NDArray[Any]],
    points: int | None = None,
    dtype: str = "float32",
) -> Arrays:
    """Return points of several structures as arrays of one size.

    Parameters
    ----------
    species, positions
        Of each structure the species, whole numbers from 0, and positions (points, 3) in Å.
    points, dtype
        Size to pad to, the largest structure's if omitted, and type of the positions.

    Returns
    -------
    dict
        `species` (structures, points), `positions` (..., 3) in Å, and `mask`, 0 for padding.
    """
    shape = len(species), points or max(map(len, species))
    numbers, mask = np.zeros(shape, "int32"), np.zeros(shape, "float32")
    places = np.zeros((*shape, 3), dtype)
    for row, own in enumerate(species):
        size = len(own)
        numbers[row, :size], places[row, :size], mask[row, :size] = own, positions[row], 1
    return {"species": numbers, "positions": places, "mask": mask}


def pad(structures: Sequence[Atoms], elements: Sequence[str], points: int | None = None) -> Arrays:
    """Return structures as `pad_points` does, species numbered in the order of `elements`.

    Raises
    ------
    SpinlensError
        If an element is not among `elements`, or a structure has more atoms than `points`.
    """
    for structure in structures:
        if points and len(structure) > points:
            raise SpinlensError(
                f"{structure.symbols} has {len(structure)} atoms, more than {points}"
            )
        if missing := set(structure.symbols) - set(elements):
            raise SpinlensError(f"{min(missing)} is not among the elements {', '.join(elements)}")
    number = {element: i for i, element in enumerate(elements)}
    species = [[number[symbol] for symbol in structure.symbols] for structure in structures]
    return pad_points(species, [structure.positions for structure in structures], points)


def neighbours(
    structures: Sequence[Atoms], cutoff: float, points: int | None = None, most: int | None = None
) -> Arrays:
    """Return neighbour lists: every atom, or periodic image of one, nearer than the cutoff.

    Parameters
    ----------
    structures, cutoff
        Molecules or crystals, and a radius in Å.
    points, most
        Sizes to pad structures and lists to; the largest structure's and longest list's if
        omitted.

    Returns
    -------
    dict
        `vectors` (structures, points, neighbours, 3) in Å, `index` (structures, points,
        neighbours) of the atom each neighbour is or is an image of, and `neighbour_mask` alike.

    Raises
    ------
    SpinlensError
        If a list is longer than `most`.
    """
    points = points or max(map(len, structures), default=0)
    lists = [neighbor_list("ijD", structure, cutoff) for structure in structures]
    longest = max((int(np.bincount(i).max()) for i, *_ in lists if len(i)), default=1)
    most = most or longest
    if longest > most:
        raise SpinlensError(f"an atom has {longest} neighbours within {cutoff} Å, more than {most}")
    shape = len(structures), points, most
    vectors, index = np.zeros((*shape, 3), "float32"), np.zeros(shape, "int32")
    mask = np.zeros(shape, "float32")
    for row, listed in enumerate(lists):
        order = np.argsort(listed[0], kind="stable")
        first, second, vector = (array[order] for array in listed)
        place = np.arange(len(first)) - np.searchsorted(first, first)
        vectors[row, first, place], index[row, first, place] = vector, second
        mask[row, first, place] = 1
    return {"vectors": vectors, "index": index, "neighbour_mask": mask}


def channels_by_irrep(scalars: int, max_degree: int, with_parity: bool = True) -> dict[str, int]:
    """Return the channels of each irrep, halved from one degree to the next.

    Parameters
    ----------
    scalars, max_degree
        Channels of degree 0, and the largest degree.
    with_parity
        Whether irreps carry the parity of the harmonics, (-1)^l.
    """
    names = irreps.of_harmonics(max_degree, with_parity)
    return {name: max(scalars >> degree, 1) for degree, name in enumerate(names)}


def structure_inputs(neighbours: int | None = None) -> dict[str, Tensor]:
    """Return Keras inputs by name for structures as `pad` gives them.

    Parameters
    ----------
    neighbours
        Length of the neighbour lists; if given, the arrays of `neighbours` are inputs, too.
    """
    inputs = {
        "species": keras.Input((None,), dtype="int32", name="species"),
        "positions": keras.Input((None, 3), name="positions"),
        "mask": keras.Input((None,), name="mask"),
    }
    if neighbours is not None:
        shape = None, neighbours
        inputs["vectors"] = keras.Input((*shape, 3), name="vectors")
        inputs["index"] = keras.Input(shape, dtype="int32", name="index")
        inputs["neighbour_mask"] = keras.Input(shape, name="neighbour_mask")
    return inputs


def neighbour_basis(
    inputs: Mapping[str, Tensor], max_degree: int, cutoff: float, basis: int = 16
) -> dict[str, Tensor]:
    """Return radial basis and harmonics of the neighbours of every point.

    Parameters
    ----------
    inputs
        As `structure_inputs` returns them; without neighbour lists all pairs are neighbours.
    max_degree, basis
        Largest degree of the harmonics, and number of radial functions.
    cutoff
        Radius in Å.
    """
    if "index" in inputs:
        listed = {name: inputs[name] for name in ("vectors", "index")}
        listed["mask"] = inputs["neighbour_mask"]
    else:
        listed = AllPairs()(inputs["positions"], inputs["mask"])
    return Surroundings(max_degree, cutoff, basis)(listed)


def embed_species(species: Tensor, elements: int, channels: int) -> Features:
    """Return learned scalars of each species.

    Parameters
    ----------
    species
        Whole numbers (batch, points).
    elements, channels
        Number of species, and of scalars of each.
    """
    normal = keras.initializers.RandomNormal(stddev=1.0)
    embedding = keras.layers.Embedding(elements, channels, normal)(species)
    return {"0e": keras.layers.Reshape((-1, 1, channels))(embedding)}


def convolve_repeatedly(
    features: Features,
    neighbours: Mapping[str, Tensor],
    channels: Mapping[str, int],
    layers: int,
    *,
    hidden: int = 32,
    typical: float = 8.0,
    kept: tuple[str, ...] | None = None,
) -> Features:
    """Return features after rounds of convolution, mixing and gating.

    A round adds its output to its input (a residual) if the number of channels allows it.

    Parameters
    ----------
    features
        By irrep, (batch, points, 2l + 1, channels).
    neighbours
        As `neighbour_basis` returns them.
    channels, layers
        Channels of each irrep after every round, and number of rounds.
    hidden, typical
        Hidden units of the radial networks; about the number of neighbours of a point.
    kept
        Irreps that the last round returns; all if omitted.
    """
    for last in [False] * (layers - 1) + [True]:
        wanted = kept if last and kept else tuple(channels)
        convolution = PointConvolution(tuple(channels), hidden, typical)(features, neighbours)
        joined = {
            irrep: keras.layers.Concatenate()([own, features[irrep]]) if irrep in features else own
            for irrep, own in convolution.items()
        }
        mixed = {irrep: n for irrep, n in channels.items() if irrep in joined}
        gated = NormGate()(SelfInteraction(mixed)(joined))
        mixed = {irrep: n for irrep, n in channels.items() if irrep in gated and irrep in wanted}
        features = {
            irrep: keras.layers.Add()([features[irrep], own])
            if irrep in features and features[irrep].shape[-1] == own.shape[-1]
            else own
            for irrep, own in SelfInteraction(mixed)(gated).items()
        }
    return features
