"""Gates, tensor products and invariants of features on a grid: they turn with the crystal."""

import keras
import numpy as np
import pytest
from keras import ops
from scipy.stats import special_ortho_group

from spinlens.layers.equivariant.grid_features import (
    Gate,
    Invariants,
    TensorProduct,
    scalar_of,
)
from spinlens.layers.equivariant.spherical_harmonics import wigner_d

EXACT = 1e-12 if keras.backend.backend() == "tensorflow" else 1e-5  # JAX: float32


def difference(found, expected):
    """The largest difference relative to the largest value."""
    return np.abs(np.asarray(found) - expected).max() / np.abs(expected).max()


@pytest.mark.parametrize("letters", ["eo", ""])
def test_tensor_products_turn_and_gates_do_not_stop_that(letters):
    turn, even, odd = special_ortho_group.rvs(3, random_state=4), letters[:1], letters[1:]
    drawn = np.random.default_rng(0)
    shapes = {f"0{even}": (1, 6), f"1{odd}": (3, 2), f"2{even}": (5, 2)}
    given = {n: drawn.normal(size=(2, m, c, 3, 2, 4)) for n, (m, c) in shapes.items()}
    keras.utils.set_random_seed(1)
    layers = Gate(dtype="float64"), TensorProduct(dtype="float64"), Invariants(dtype="float64")

    def through(features):
        made = layers[1](layers[0](features))
        return {n: ops.convert_to_numpy(f) for n, f in made.items()}, layers[2](made)

    def all_turned(features, matrix):
        return {
            n: np.einsum("ij,bjcxyz->bicxyz", wigner_d(int(n[0]), matrix), f)
            for n, f in features.items()
        }

    before, invariants = through(given)
    after, still = through(all_turned(given, turn))
    for name, expected in all_turned(before, turn).items():
        assert difference(after[name], expected) < EXACT
    assert difference(ops.convert_to_numpy(still), ops.convert_to_numpy(invariants)) < EXACT
    wrong = all_turned(before, turn.T)
    assert difference(after[f"2{even}"], wrong[f"2{even}"]) > 0.1
    crossed = ("1" + odd, "1" + odd, "1" + odd) in layers[1].paths
    assert crossed == (not letters)  # u × v is no vector where parities count


def test_channels_of_a_tensor_product_are_as_many_of_each_irrep():
    with pytest.raises(ValueError, match="have no products channel by channel"):
        TensorProduct().build({"0e": (None, 1, 2, 3, 3, 3), "1o": (None, 3, 4, 3, 3, 3)})


def test_the_scalar_is_the_invariant_irrep():
    assert scalar_of(["0o", "1e", "0e"]) == "0e" and scalar_of(["1", "0"]) == "0"
    with pytest.raises(ValueError, match="0o, 1e hold no scalar"):
        scalar_of(["0o", "1e"])
