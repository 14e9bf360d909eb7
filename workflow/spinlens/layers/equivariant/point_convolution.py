"""Tensor field networks: convolutions on points that turn as the points turn.

Thomas and others, arXiv:1802.08219. Features are dicts of (batch, points, 2l + 1, channels) by
irrep, components in the order of `spherical_harmonics`; neighbours are as `neighbours` gives
them. A network is Surroundings, then as often as wanted PointConvolution → SelfInteraction →
NormGate; whatever its weights, turning the points turns every feature of degree l by D^l, and
moving them changes nothing.
"""

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import Any

import keras
from keras import ops

from spinlens.layers import Features, Shape, Tensor
from spinlens.layers.equivariant.irreps import Irrep, Path, clebsch_gordan, paths
from spinlens.layers.equivariant.neighbours import HARMONICS_PREFIX, harmonics_key

_SMALL = 1e-4  # of a norm squared, so that its root has a gradient at zero


@keras.saving.register_keras_serializable(package="spinlens")
class PointConvolution(keras.layers.Layer):
    """Sums over neighbours: learned radial function × harmonic ⊗ the neighbour's features.

    Each path from an irrep of the input by a harmonic to one of `targets` has a radial function
    for each channel, a network of one hidden layer on the radial basis.

    Parameters
    ----------
    targets
        Irreps of the output.
    hidden
        Units of the radial network.
    typical
        About the number of neighbours: results are divided by its root, so that they are of the
        size of the input.
    **options
        Those of a Keras layer.
    """

    def __init__(
        self,
        targets: Sequence[str] = ("0e", "1o", "2e"),
        hidden: int = 32,
        typical: float = 8.0,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.targets, self.hidden, self.typical = tuple(targets), hidden, typical

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        names = ("targets", "hidden", "typical")
        return super().get_config() | {name: getattr(self, name) for name in names}

    def build(self, features_shape: dict[str, Shape], neighbours_shape: dict[str, Shape]) -> None:
        """Weights for features and neighbours of these shapes."""
        degrees = _filter_degrees(neighbours_shape)
        self.paths = paths(sorted(features_shape), degrees, self.targets)
        self.widths = [features_shape[path.source][-1] for path in self.paths]
        basis = neighbours_shape["radial"][-1]
        unit = keras.initializers.VarianceScaling(1.0)
        # At any distance the squares of all radial functions add up to about 1.
        whole = keras.initializers.RandomNormal(stddev=1.5)
        add = self.add_weight
        self.inner = add((basis, self.hidden), whole, name="inner")
        self.inner_bias = add((self.hidden,), "zeros", name="inner_bias")
        self.outer = add((self.hidden, sum(self.widths)), unit, name="outer")
        self.outer_bias = add((sum(self.widths),), "zeros", name="outer_bias")
        self.built = True

    def call(self, features: Features, neighbours: dict[str, Tensor]) -> Features:
        """Results by irrep, the channels of all paths side by side."""
        index = neighbours.get("index")
        gathered = {name: _gathered(own, index) for name, own in features.items()}
        radial = self.radial(neighbours["radial"]) * neighbours["envelope"]
        found: dict[str, list[Tensor]] = {}
        start = 0
        for path, width in zip(self.paths, self.widths, strict=True):
            weight = radial[..., start : start + width]
            found.setdefault(path.target, []).append(self._sum(path, weight, gathered, neighbours))
            start += width
        scale = 1 / sqrt(self.typical)
        return {name: scale * ops.concatenate(parts, -1) for name, parts in found.items()}

    def radial(self, basis: Tensor) -> Tensor:
        """Learned radial functions without their envelope.

        Parameters
        ----------
        basis
            The radial basis (..., count).

        Returns
        -------
        tensor
            (..., paths × channels), path after path as `paths` lists them.
        """
        hidden = ops.silu(ops.matmul(basis, self.inner) + self.inner_bias)
        return ops.matmul(hidden, self.outer) + self.outer_bias

    def _sum(
        self, path: Path, weight: Tensor, gathered: Features, neighbours: dict[str, Tensor]
    ) -> Tensor:
        """Sum of one path over the neighbours, (batch, points, 2l + 1, channels)."""
        weighted = gathered[path.source] * weight[..., None, :]
        if path.degree == 0:
            return ops.sum(weighted, 2)
        source, target = Irrep.of(path.source), Irrep.of(path.target)
        table = clebsch_gordan(path.degree, source.degree, target.degree)
        table = ops.convert_to_tensor(table.astype("float32"), dtype=self.compute_dtype)
        kernel = ops.einsum("banf,fio->banio", neighbours[harmonics_key(path.degree)], table)
        return ops.einsum("banio,banic->baoc", kernel, weighted)


@keras.saving.register_keras_serializable(package="spinlens")
class SelfInteraction(keras.layers.Layer):
    """Mixes the channels of each irrep among themselves; invariants get a bias.

    Parameters
    ----------
    channels
        Channels of the output by irrep. Irreps that are not named are left out.
    **options
        Those of a Keras layer.
    """

    def __init__(self, channels: Mapping[str, int], **options: Any) -> None:
        super().__init__(**options)
        self.channels = dict(channels)

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        return super().get_config() | {"channels": self.channels}

    def build(self, features_shape: dict[str, Shape]) -> None:
        """Weights for features of these shapes; ValueError if an irrep to mix is missing."""
        self.kernels, self.biases = {}, {}
        for name, count in self.channels.items():
            if name not in features_shape:
                raise ValueError(
                    f"no features of irrep {name} to mix, only {sorted(features_shape)}"
                )
            shape = features_shape[name][-1], count
            unit = keras.initializers.VarianceScaling(1.0)
            self.kernels[name] = self.add_weight(shape, unit, name=f"kernel_{name}")
            if Irrep.of(name).is_invariant:
                self.biases[name] = self.add_weight((count,), "zeros", name=f"bias_{name}")
        self.built = True

    def call(self, features: Features) -> Features:
        """Mixed features by irrep."""
        mixed = {name: ops.matmul(features[name], own) for name, own in self.kernels.items()}
        return {name: own + self.biases.get(name, 0.0) for name, own in mixed.items()}


@keras.saving.register_keras_serializable(package="spinlens")
class NormGate(keras.layers.Layer):
    """Nonlinearity by invariants and norms, which do not turn.

    Of the invariants and the norms of all other features it makes new invariants, and a factor
    between 0 and 1 for each of the others.
    """

    def build(self, features_shape: dict[str, Shape]) -> None:
        """Weights for features of these shapes, invariants among them."""
        self.invariant = next(name for name in features_shape if Irrep.of(name).is_invariant)
        self.others = sorted(set(features_shape) - {self.invariant})
        self.widths = [features_shape[name][-1] for name in (self.invariant, *self.others)]
        shape = sum(self.widths), sum(self.widths)
        unit = keras.initializers.VarianceScaling(1.0)
        self.kernel = self.add_weight(shape, unit, name="kernel")
        self.bias = self.add_weight((shape[1],), "zeros", name="bias")
        self.built = True

    def call(self, features: Features) -> Features:
        """Features by irrep, of the shapes given."""
        norms = [_norm(features[name]) for name in self.others]
        own = ops.concatenate([features[self.invariant][..., 0, :], *norms], -1)
        mixed = (ops.matmul(own, self.kernel) + self.bias)[..., None, :]
        gated, start = {self.invariant: ops.silu(mixed[..., : self.widths[0]])}, self.widths[0]
        for name, width in zip(self.others, self.widths[1:], strict=True):
            gated[name] = features[name] * ops.sigmoid(mixed[..., start : start + width])
            start += width
        return gated


def _filter_degrees(neighbours_shape: dict[str, Shape]) -> list[int]:
    """Degrees of the filters: 0, and those whose harmonics are among the neighbours."""
    prefix = HARMONICS_PREFIX
    return sorted([0, *(int(n.removeprefix(prefix)) for n in neighbours_shape if prefix in n)])


def _gathered(features: Tensor, index: Tensor | None) -> Tensor:
    """Features (batch, points or 1, neighbours, 2l + 1, channels) of each point's neighbours."""
    if index is None:
        return features[:, None]
    batch, points, _, _ = ops.shape(features)
    first = ops.cast(ops.arange(batch) * points, index.dtype)
    flat = ops.reshape(features, (-1, *features.shape[2:]))
    return ops.take(flat, index + first[:, None, None], axis=0)


def _norm(feature: Tensor) -> Tensor:
    """Norm over the components, smooth at zero."""
    return ops.sqrt(ops.mean(feature * feature, -2) + _SMALL)
