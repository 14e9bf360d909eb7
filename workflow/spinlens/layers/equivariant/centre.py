"""From points to one point at their centre, and back: what a convolution sees between them."""

from math import pi, sqrt

import keras
from keras import ops

from spinlens.layers.equivariant.radial_basis import Shells
from spinlens.layers.equivariant.spherical_harmonics import solid


@keras.saving.register_keras_serializable(package="spinlens")
class Rays(keras.layers.Layer):
    """Radial basis and harmonics of vectors between a centre and points around it.

    Takes vectors (batch, points, 3) in Å from the centre, and a mask (batch, points). With
    `inward`, what PointConvolution needs to pool the points' features at the centre, one point
    with as many neighbours; without, to bring the centre's features to each of the points.

    The harmonics of order l, of mean square 1 far away, are multiplied by (r² / (r² + s²))^(l/2)
    with s the `softness` in Å: near the centre, where directions lose their meaning, features
    change smoothly.
    """

    def __init__(self, inward, most=4, reach=8.0, count=24, softness=0.5, **options):
        super().__init__(**options)
        self.inward, self.most, self.reach = inward, most, reach
        self.count, self.softness = count, softness

    def get_config(self):
        names = ("inward", "most", "reach", "count", "softness")
        return super().get_config() | {name: getattr(self, name) for name in names}

    def call(self, vectors, mask):
        square = ops.sum(vectors * vectors, -1)
        # The root has no gradient at zero.
        distance = ops.sqrt(square + 1e-12)
        seen = {
            "radial": Shells(self.reach, self.count).bells(distance),
            "envelope": mask[..., None],
        }
        soft = vectors / ops.sqrt(square + self.softness**2)[..., None]
        for order in range(1, self.most + 1):
            seen[f"order_{order}"] = sqrt(4 * pi) * solid(order, soft)
        axis = 1 if self.inward else 2
        return {name: ops.expand_dims(own, axis) for name, own in seen.items()}


@keras.saving.register_keras_serializable(package="spinlens")
class Packed(keras.layers.Layer):
    """Features of one point by kind, orders 0 ... L in order and as many channels of each, as
    one array (batch, (L + 1)², channels)."""

    def call(self, features):
        return ops.concatenate([own[:, 0] for own in features.values()], 1)


def unpacked(code, names):
    """The features of one point by kind of a `Packed` array: kinds named in order."""
    return {name: code[:, None, order**2 : (order + 1) ** 2] for order, name in enumerate(names)}
