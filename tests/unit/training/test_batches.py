"""Operations of a layer group as permutations of a hexagonal grid."""

from itertools import product

import numpy as np
import pytest

from spinlens.training import batches

HEXAGONAL = np.array([[6.9, 0, 0], [-3.45, 6.9 * 0.75**0.5, 0], [0, 0, 16]])
SIXTY = np.array([[6.9, 0, 0], [3.45, 6.9 * 0.75**0.5, 0], [0, 0, 16]])
SHAPE = (6, 6, 8)


def distances(lattice, shape, place):
    """Of each voxel to the nearest image of a fractional place."""
    points = np.stack(np.meshgrid(*[np.arange(n) / n for n in shape], indexing="ij"), -1)
    images = np.array(list(product((-1, 0, 1), repeat=3)))
    apart = (points - place) % 1
    return np.linalg.norm((apart[..., None, :] + images - 0) @ lattice, axis=-1).min(-1)


@pytest.mark.parametrize("lattice", [HEXAGONAL, SIXTY])
def test_a_hexagonal_cell_has_24_operations_that_keep_distances(lattice):
    found = batches.operations(lattice)
    assert len(found) == len({each.tobytes() for each in found}) == 24
    field = distances(lattice, SHAPE, (0, 0, 0))
    for operation in found:
        assert batches.moved(field, operation) == pytest.approx(field)
    # Negative control: a mirror of a square is none of a hexagon.
    assert not np.allclose(batches.moved(field, np.diag([-1, 1, 1])), field)


@pytest.mark.parametrize(
    ("lattice", "number"),
    [(HEXAGONAL, 24), (SIXTY, 24), (HEXAGONAL.astype(np.float32), 24),
     (HEXAGONAL * [[1.0], [1.001], [1.0]], 24), (HEXAGONAL * [[1.0], [1.02], [1.0]], 4),
     (np.diag([6.9, 6.9, 16.0]), 16), (np.diag([6.9, 6.9, 6.9]), 16)],
)  # fmt: skip
def test_operations_are_all_those_that_keep_the_metric_in_ascending_order(lattice, number):
    metric = lattice @ lattice.T
    expected = []
    for *block, sign in product(*[(-1, 0, 1)] * 4, (1, -1)):
        matrix = np.zeros((3, 3), dtype=int)
        matrix[:2, :2], matrix[2, 2] = np.reshape(block, (2, 2)), sign
        if np.allclose(matrix.T @ metric @ matrix, metric, atol=0.01 * metric.diagonal().min()):
            expected.append(matrix)
    assert len(expected) == number
    assert np.array_equal(batches.operations(lattice), expected)


def test_an_augmented_field_is_a_permutation_and_draws_differ():
    field = np.random.default_rng(0).normal(size=(*SHAPE, 2))
    augment, random = batches.LayerGroup([HEXAGONAL], SHAPE), np.random.default_rng(1)
    drawn = [augment(field, random) for _ in range(8)]
    for each in drawn:
        assert np.array_equal(np.sort(each, axis=None), np.sort(field, axis=None))
    assert len({each.tobytes() for each in drawn}) == 8
    again = augment(field, np.random.default_rng(1))
    assert np.array_equal(again, drawn[0])


def test_shifts_go_round_the_plane_alone():
    field = np.random.default_rng(0).normal(size=SHAPE)
    moved = batches.moved(field, np.eye(3, dtype=int), (1, 2, 0))
    assert np.array_equal(moved, np.roll(field, (-1, -2), (0, 1)))


@pytest.mark.parametrize(
    "lattice",
    [
        np.diag([6.9, 6.9, 16.0]),
        HEXAGONAL * [[1.0], [1.05], [1.0]],
        np.array([[6.9, 0, 0], [-3.45, 6.9 * 0.75**0.5, 0], [1.5, 0, 16]]),
    ],
)
def test_another_cell_is_refused(lattice):
    with pytest.raises(ValueError, match="needs hexagonal cells with c across the plane"):
        batches.LayerGroup([HEXAGONAL, lattice], SHAPE)


def test_a_grid_that_differs_along_a_and_b_is_refused():
    with pytest.raises(ValueError, match="the grid has 6 and 5: set grid or input_grid"):
        batches.LayerGroup([HEXAGONAL], (6, 5, 8))
