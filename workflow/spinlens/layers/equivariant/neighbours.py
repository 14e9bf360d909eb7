"""Geometry of points for convolutions: vectors between points, or between points and a centre.

One form serves molecules and crystals. `vectors` (batch, points, neighbours, 3) lead from each
point to its neighbours, in Å; `mask` (batch, points, neighbours) is 1 where there is one. `index`
(batch, points, neighbours), whole numbers, says which point each neighbour is or is an image of;
without it the neighbours are all points of the structure, in order.

Surroundings and Rays make of them the dict that PointConvolution takes: `radial`, the radial
basis (batch, points, neighbours, count), `envelope` (batch, points, neighbours, 1), the harmonics
of each degree (batch, points, neighbours, 2l + 1), of mean square 1, by `harmonics_key`, and the
`index`, if any.
"""

from collections.abc import Sequence
from math import pi, sqrt
from typing import Any

import keras
from keras import ops

from spinlens.layers import Features, Tensor
from spinlens.layers.equivariant.radial_basis import RadialBasis
from spinlens.layers.equivariant.spherical_harmonics import harmonics, solid_harmonics

HARMONICS_PREFIX = "order_"  # of keys of the dicts: saved models hold them, so they stay


def harmonics_key(degree: int) -> str:
    """Name of the harmonics of a degree, 1 or more, among the geometry of the neighbours.

    Parameters
    ----------
    degree
        l.

    Returns
    -------
    str
        The key.
    """
    return f"{HARMONICS_PREFIX}{degree}"


@keras.saving.register_keras_serializable(package="spinlens")
class AllPairs(keras.layers.Layer):
    """Vectors and mask between the points of a structure, each with all others."""

    def call(self, positions: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Vectors and mask of all pairs.

        Parameters
        ----------
        positions
            (batch, points, 3) in Å.
        mask
            (batch, points), 1 where there is a point: structures of different sizes are padded.

        Returns
        -------
        dict
            `vectors` (batch, points, points, 3) and `mask` (batch, points, points).
        """
        vectors = positions[:, None, :, :] - positions[:, :, None, :]
        others = 1 - ops.eye(ops.shape(positions)[1], dtype=mask.dtype)
        return {"vectors": vectors, "mask": mask[:, None, :] * mask[:, :, None] * others}


class _Geometry(keras.layers.Layer):
    """A layer with a largest degree, which files of older models name `most`."""

    _settings: tuple[str, ...]

    def get_config(self) -> dict[str, Any]:
        """Arguments of the layer, for saved models."""
        return super().get_config() | {name: getattr(self, name) for name in self._settings}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> "_Geometry":
        """Layer of the arguments that a saved model holds."""
        return cls(**{"max_degree" if key == "most" else key: config[key] for key in config})


@keras.saving.register_keras_serializable(package="spinlens")
class Surroundings(_Geometry):
    """Radial basis and harmonics of neighbour vectors, once for all convolutions of a network.

    Parameters
    ----------
    max_degree
        Largest degree of the harmonics.
    cutoff
        Å, up to where the radial basis reaches.
    count
        Functions of the radial basis.
    smooth
        Whether everything goes to zero at the cutoff, so that nothing jumps when an atom
        crosses it; otherwise what is beyond counts as well.
    **options
        Those of a Keras layer.
    """

    _settings = ("max_degree", "cutoff", "count", "smooth")

    def __init__(
        self,
        max_degree: int = 2,
        cutoff: float = 6.0,
        count: int = 16,
        smooth: bool = True,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.max_degree, self.cutoff, self.count, self.smooth = max_degree, cutoff, count, smooth

    def call(self, neighbours: dict[str, Tensor]) -> dict[str, Tensor]:
        """Geometry of neighbours, a dict of vectors, mask and, if any, index."""
        mask = neighbours["mask"][..., None]
        # A missing neighbour gets a direction, for the gradient to be finite.
        up = ops.convert_to_tensor([0.0, 0.0, 1.0], dtype=neighbours["vectors"].dtype)
        vectors = ops.where(mask > 0, neighbours["vectors"], up)
        distance = ops.sqrt(ops.sum(vectors * vectors, -1))
        found = {"radial": self.basis(distance), "envelope": mask * self.envelope(distance)}
        for degree in range(1, self.max_degree + 1):
            found[harmonics_key(degree)] = sqrt(4 * pi) * harmonics(degree, vectors)
        if "index" in neighbours:
            found["index"] = neighbours["index"]
        return found

    def basis(self, distance: Tensor) -> Tensor:
        """Radial basis of distances.

        Parameters
        ----------
        distance
            (...) in Å.

        Returns
        -------
        tensor
            (..., count).
        """
        return RadialBasis(self.cutoff, self.count).gaussians(distance)

    def envelope(self, distance: Tensor) -> Tensor:
        """Factor of the learned radial functions.

        Parameters
        ----------
        distance
            As `basis` takes it.

        Returns
        -------
        tensor
            (..., 1), zero at the cutoff if `smooth`.
        """
        if not self.smooth:
            return ops.ones_like(distance)[..., None]
        within = ops.minimum(distance / self.cutoff, 1.0)
        return 0.5 * (1 + ops.cos(pi * within))[..., None]


@keras.saving.register_keras_serializable(package="spinlens")
class Rays(_Geometry):
    """Radial basis and harmonics of vectors between a centre and points around it.

    The harmonics of degree l, of mean square 1 far away, are multiplied by
    (r² / (r² + s²))^(l/2): near the centre, where directions lose their meaning, features change
    smoothly.

    Parameters
    ----------
    inward
        Whether PointConvolution pools the points' features at the centre, one point with as
        many neighbours; otherwise it brings the centre's features to each of the points.
    max_degree
        Largest degree of the harmonics.
    reach
        Å, up to where the radial basis reaches.
    count
        Functions of the radial basis.
    softness
        s, in Å.
    **options
        Those of a Keras layer.
    """

    _settings = ("inward", "max_degree", "reach", "count", "softness")

    def __init__(
        self,
        inward: bool,
        max_degree: int = 4,
        reach: float = 8.0,
        count: int = 24,
        softness: float = 0.5,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.inward, self.max_degree, self.reach = inward, max_degree, reach
        self.count, self.softness = count, softness

    def call(self, vectors: Tensor, mask: Tensor) -> dict[str, Tensor]:
        """Geometry of vectors (batch, points, 3) in Å from the centre, mask (batch, points)."""
        square = ops.sum(vectors * vectors, -1)
        # The root has no gradient at zero.
        distance = ops.sqrt(square + 1e-12)
        found = {
            "radial": RadialBasis(self.reach, self.count).gaussians(distance),
            "envelope": mask[..., None],
        }
        soft = vectors / ops.sqrt(square + self.softness**2)[..., None]
        for degree in range(1, self.max_degree + 1):
            found[harmonics_key(degree)] = sqrt(4 * pi) * solid_harmonics(degree, soft)
        axis = 1 if self.inward else 2
        return {name: ops.expand_dims(own, axis) for name, own in found.items()}


@keras.saving.register_keras_serializable(package="spinlens")
class Packed(keras.layers.Layer):
    """Features of one point, degrees 0 ... L in order, as one array."""

    def call(self, features: Features) -> Tensor:
        """(batch, (L + 1)², channels) of features (batch, 1, 2l + 1, channels) by irrep."""
        return ops.concatenate([own[:, 0] for own in features.values()], 1)


def unpacked(code: Tensor, names: Sequence[str]) -> Features:
    """Features of one point of a `Packed` array.

    Parameters
    ----------
    code
        (batch, (L + 1)², channels).
    names
        Irreps of degrees 0 ... L, in order.

    Returns
    -------
    dict
        Features (batch, 1, 2l + 1, channels) by irrep.
    """
    return {name: code[:, None, l**2 : (l + 1) ** 2] for l, name in enumerate(names)}  # noqa: E741
