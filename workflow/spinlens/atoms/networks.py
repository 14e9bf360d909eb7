"""What the networks on points share: from species and places to features, layer by layer."""

import keras

from spinlens.layers.equivariant import irreps
from spinlens.layers.equivariant.neighbours import AllPairs, Surroundings
from spinlens.layers.equivariant.point_convolution import (
    NormGate,
    PointConvolution,
    SelfInteraction,
)


def channels_by_kind(scalars, most, with_parity=True):
    """Channels of the kinds up to order `most`: so many scalars, half as many of each next."""
    found = {kind: scalars >> l for l, kind in enumerate(irreps.of_harmonics(most, with_parity))}  # noqa: E741
    return {kind: max(count, 1) for kind, count in found.items()}


def structure_inputs(points=None, neighbours=None):
    """Inputs of a model on structures as `points.pad` gives them, by name; with a number of
    `neighbours`, those of `points.neighbours`, too."""
    inputs = {
        "species": keras.Input((points,), dtype="int32", name="species"),
        "positions": keras.Input((points, 3), name="positions"),
        "mask": keras.Input((points,), name="mask"),
    }
    if neighbours is not None:
        shape = points, neighbours
        inputs["vectors"] = keras.Input((*shape, 3), name="vectors")
        inputs["index"] = keras.Input(shape, dtype="int32", name="index")
        inputs["neighbour_mask"] = keras.Input(shape, name="neighbour_mask")
    return inputs


def surroundings(inputs, most, cutoff, basis=16, smooth=True):
    """Neighbours of `structure_inputs` as convolutions take them: those listed, else all pairs."""
    if "index" in inputs:
        listed = {name: inputs[name] for name in ("vectors", "index")}
        listed["mask"] = inputs["neighbour_mask"]
    else:
        listed = AllPairs()(inputs["positions"], inputs["mask"])
    return Surroundings(most, cutoff, basis, smooth)(listed)


def embedded(species, elements, channels, kind="0e"):
    """Learned invariants of each species: a dict of one kind, (batch, points, 1, channels)."""
    normal = keras.initializers.RandomNormal(stddev=1.0)
    found = keras.layers.Embedding(elements, channels, normal)(species)
    return {kind: keras.layers.Reshape((-1, 1, channels))(found)}


def convolved(features, seen, channels, hidden=32, typical=8.0, kept=None):
    """Features of `channels` by kind after one round: convolution beside what each point has
    itself, mixed, gated, mixed again and, where there were as many of a kind, added to them.
    `kept` names the kinds that are wanted of the last round."""
    found = PointConvolution(tuple(channels), hidden, typical)(features, seen)
    beside = {
        kind: keras.layers.Concatenate()([own, features[kind]]) if kind in features else own
        for kind, own in found.items()
    }
    gated = NormGate()(SelfInteraction({k: n for k, n in channels.items() if k in beside})(beside))
    wanted = [kind for kind in channels if kind in gated and kind in (kept or channels)]
    mixed = SelfInteraction({kind: channels[kind] for kind in wanted})(gated)
    return {
        kind: keras.layers.Add()([features[kind], own])
        if kind in features and features[kind].shape[-1] == own.shape[-1]
        else own
        for kind, own in mixed.items()
    }
