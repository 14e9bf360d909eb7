"""What a point sees of its neighbours: vectors, and what a convolution makes its filters of.

One form serves molecules and crystals. `vectors` (batch, points, neighbours, 3) lead from each
point to its neighbours, in Å; `mask` (batch, points, neighbours) is 1 where there is one. `index`
(batch, points, neighbours), whole numbers, says which point each neighbour is or is an image of;
without it the neighbours are all points of the structure, in order.
"""

from math import pi, sqrt

import keras
from keras import ops

from spinlens.layers.equivariant.radial_basis import Shells
from spinlens.layers.equivariant.spherical_harmonics import harmonics


@keras.saving.register_keras_serializable(package="spinlens")
class AllPairs(keras.layers.Layer):
    """Vectors and mask between the points of a structure, each with all others.

    Positions (batch, points, 3) in Å, mask (batch, points) 1 where there is a point: structures
    of different sizes are padded. Returns a dict: vectors, mask.
    """

    def call(self, positions, mask):
        vectors = positions[:, None, :, :] - positions[:, :, None, :]
        others = 1 - ops.eye(ops.shape(positions)[1], dtype=mask.dtype)
        return {"vectors": vectors, "mask": mask[:, None, :] * mask[:, :, None] * others}


@keras.saving.register_keras_serializable(package="spinlens")
class Surroundings(keras.layers.Layer):
    """Radial basis and harmonics of neighbour vectors, once for all convolutions of a network.

    The basis is `count` Gaussian bells up to `cutoff` Å. `smooth` takes everything to zero there,
    so that nothing jumps when an atom crosses it; otherwise what is beyond counts as well.
    Takes a dict (vectors, mask and, if any, index); returns a dict: `radial` (batch, points,
    neighbours, count), `envelope` (..., 1), the harmonics of orders 1 to `most` by the name
    `order_1` ... (..., 2l + 1), of mean square 1, and the index.
    """

    def __init__(self, most=2, cutoff=6.0, count=16, smooth=True, **options):
        super().__init__(**options)
        self.most, self.cutoff, self.count, self.smooth = most, cutoff, count, smooth

    def get_config(self):
        names = ("most", "cutoff", "count", "smooth")
        return super().get_config() | {name: getattr(self, name) for name in names}

    def call(self, neighbours):
        mask = neighbours["mask"][..., None]
        # No direction has to be made of a neighbour that is not there.
        up = ops.convert_to_tensor([0.0, 0.0, 1.0], dtype=neighbours["vectors"].dtype)
        vectors = ops.where(mask > 0, neighbours["vectors"], up)
        distance = ops.sqrt(ops.sum(vectors * vectors, -1))
        found = {"radial": self.basis(distance), "envelope": mask * self.envelope(distance)}
        for order in range(1, self.most + 1):
            found[f"order_{order}"] = sqrt(4 * pi) * harmonics(order, vectors)
        if "index" in neighbours:
            found["index"] = neighbours["index"]
        return found

    def basis(self, distance):
        """Bells of distances in Å: (...) to (..., count)."""
        return Shells(self.cutoff, self.count).bells(distance)

    def envelope(self, distance):
        """What the learned radial functions are multiplied by: (...) to (..., 1)."""
        if not self.smooth:
            return ops.ones_like(distance)[..., None]
        within = ops.minimum(distance / self.cutoff, 1.0)
        return 0.5 * (1 + ops.cos(pi * within))[..., None]


def of_neighbours(features, index=None):
    """Features (batch, points, components, channels) of each point's neighbours, (batch, points
    or 1, neighbours, components, channels)."""
    if index is None:
        return features[:, None]
    batch, points, components, channels = ops.shape(features)
    first = ops.cast(ops.arange(batch) * points, index.dtype)
    flat = ops.reshape(features, (-1, *features.shape[2:]))
    return ops.take(flat, index + first[:, None, None], axis=0)
