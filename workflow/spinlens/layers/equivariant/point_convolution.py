"""Tensor field networks: convolutions on points that turn as the points turn.

Thomas and others, arXiv:1802.08219. Features are dicts by kind (layers/kinds.py), neighbours as
layers/neighbours.py gives them. A network is Surroundings, then as often as wanted
PointConvolution → SelfInteraction → NormGate; whatever its weights, turning the points turns
every feature of order l by D^l, and moving them changes nothing.
"""

from math import sqrt

import keras
from keras import ops

from spinlens.layers.equivariant import irreps
from spinlens.layers.equivariant.clebsch_gordan import coupling
from spinlens.layers.equivariant.neighbours import of_neighbours

SMALL = 1e-4  # of a norm squared, so that its root has a gradient at zero


@keras.saving.register_keras_serializable(package="spinlens")
class PointConvolution(keras.layers.Layer):
    """Sums over neighbours: learned radial function × harmonic ⊗ the neighbour's features.

    Each path from a kind of the input by a harmonic to a kind of `targets` has a radial function
    for each channel, a network of one layer of `hidden` units on the radial basis. Returns the
    results by kind, channels of all paths side by side, divided by √`typical`, about the number
    of neighbours, so that they are of the size of the input.
    """

    def __init__(self, targets=("0e", "1o", "2e"), hidden=32, typical=8.0, **options):
        super().__init__(**options)
        self.targets, self.hidden, self.typical = tuple(targets), hidden, typical

    def get_config(self):
        names = ("targets", "hidden", "typical")
        return super().get_config() | {name: getattr(self, name) for name in names}

    def build(self, features_shape, neighbours_shape):
        orders = [0, *(int(n.removeprefix("order_")) for n in neighbours_shape if "order_" in n)]
        self.paths = irreps.paths(sorted(features_shape), sorted(orders), self.targets)
        self.widths = [features_shape[path.source][-1] for path in self.paths]
        basis = neighbours_shape["radial"][-1]
        unit = keras.initializers.VarianceScaling(1.0)
        # At any distance the squares of all bells together are about 1, however many there are.
        whole = keras.initializers.RandomNormal(stddev=1.5)
        add = self.add_weight
        self.inner = add((basis, self.hidden), whole, name="inner")
        self.inner_bias = add((self.hidden,), "zeros", name="inner_bias")
        self.outer = add((self.hidden, sum(self.widths)), unit, name="outer")
        self.outer_bias = add((sum(self.widths),), "zeros", name="outer_bias")
        self.built = True

    def call(self, features, neighbours):
        index = neighbours.get("index")
        gathered = {kind: of_neighbours(own, index) for kind, own in features.items()}
        radial = self.radial(neighbours["radial"]) * neighbours["envelope"]
        found, start = {}, 0
        for path, width in zip(self.paths, self.widths, strict=True):
            weight = radial[..., start : start + width]
            found.setdefault(path.target, []).append(self._sum(path, weight, gathered, neighbours))
            start += width
        scale = 1 / sqrt(self.typical)
        return {kind: scale * ops.concatenate(parts, -1) for kind, parts in found.items()}

    def radial(self, basis):
        """Learned radial functions without their envelope, of the radial basis (..., count):
        (..., paths × channels), path after path as `paths` lists them."""
        hidden = ops.silu(ops.matmul(basis, self.inner) + self.inner_bias)
        return ops.matmul(hidden, self.outer) + self.outer_bias

    def _sum(self, path, weight, gathered, neighbours):
        weighted = gathered[path.source] * weight[..., None, :]
        if path.order == 0:
            return ops.sum(weighted, 2)
        table = coupling(path.order, irreps.order(path.source), irreps.order(path.target))
        table = ops.convert_to_tensor(table.astype("float32"), dtype=self.compute_dtype)
        kernel = ops.einsum("banf,fio->banio", neighbours[f"order_{path.order}"], table)
        return ops.einsum("banio,banic->baoc", kernel, weighted)


@keras.saving.register_keras_serializable(package="spinlens")
class SelfInteraction(keras.layers.Layer):
    """Mixes the channels of each kind among themselves; `channels` says how many it makes of
    which kind. Kinds that it does not name are left out. Invariants get a bias."""

    def __init__(self, channels, **options):
        super().__init__(**options)
        self.channels = dict(channels)

    def get_config(self):
        return super().get_config() | {"channels": self.channels}

    def build(self, features_shape):
        self.kernels, self.biases = {}, {}
        for kind, count in self.channels.items():
            if kind not in features_shape:
                raise ValueError(
                    f"no features of kind {kind} to mix, only {sorted(features_shape)}"
                )
            shape = features_shape[kind][-1], count
            unit = keras.initializers.VarianceScaling(1.0)
            self.kernels[kind] = self.add_weight(shape, unit, name=f"kernel_{kind}")
            if irreps.is_invariant(kind):
                self.biases[kind] = self.add_weight((count,), "zeros", name=f"bias_{kind}")
        self.built = True

    def call(self, features):
        mixed = {kind: ops.matmul(features[kind], own) for kind, own in self.kernels.items()}
        return {kind: own + self.biases.get(kind, 0.0) for kind, own in mixed.items()}


@keras.saving.register_keras_serializable(package="spinlens")
class NormGate(keras.layers.Layer):
    """Nonlinearity by what does not turn: of the invariants and the norms of all other features
    it makes new invariants, and a factor between 0 and 1 for each of the others."""

    def build(self, features_shape):
        self.invariant = next(filter(irreps.is_invariant, features_shape))
        self.others = sorted(set(features_shape) - {self.invariant})
        self.widths = [features_shape[kind][-1] for kind in (self.invariant, *self.others)]
        shape = sum(self.widths), sum(self.widths)
        unit = keras.initializers.VarianceScaling(1.0)
        self.kernel = self.add_weight(shape, unit, name="kernel")
        self.bias = self.add_weight((shape[1],), "zeros", name="bias")
        self.built = True

    def call(self, features):
        norms = [_norm(features[kind]) for kind in self.others]
        own = ops.concatenate([features[self.invariant][..., 0, :], *norms], -1)
        mixed = (ops.matmul(own, self.kernel) + self.bias)[..., None, :]
        gated, start = {self.invariant: ops.silu(mixed[..., : self.widths[0]])}, self.widths[0]
        for kind, width in zip(self.others, self.widths[1:], strict=True):
            gated[kind] = features[kind] * ops.sigmoid(mixed[..., start : start + width])
            start += width
        return gated


def _norm(feature):
    return ops.sqrt(ops.mean(feature * feature, -2) + SMALL)
