"""Where a filter is said to look: planted patterns are found, and the crystal's shift shifts it."""

import numpy as np
import pytest

from spinlens.filters import placement

CELL = np.array([[6.0, 0, 0], [-3.0, 27**0.5, 0], [0, 0, 10.0]])
SHAPE = (12, 12, 20)
RNG = np.random.default_rng(5)
KERNEL = RNG.normal(size=(2, 1, 4, 5, 6))


def field_with(kernel, start):
    return placement.laid(kernel, SHAPE, start)[0][..., None]


@pytest.mark.parametrize("start", [(0, 0, 0), (10, 9, 13)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_planted_pattern_is_found_across_the_seam_too(start, sign):
    fields = [sign * field_with(KERNEL[0], start)] * 3
    found = placement.places(KERNEL[:1], fields, CELL, repeats=(2, 2, 2))
    assert found.starts[0] == pytest.approx(start)
    assert found.responses[0] == pytest.approx(sign * (KERNEL[0] ** 2).sum(), rel=1e-9)
    assert found.agreement[0] == 1


def test_a_shifted_crystal_shifts_the_place():
    field = RNG.normal(size=(*SHAPE, 1))
    first = placement.places(KERNEL, [field], CELL, repeats=(2, 2, 2)).starts
    rolled = np.roll(field, (3, 1, 5), axis=(0, 1, 2))
    second = placement.places(KERNEL, [rolled], CELL, repeats=(2, 2, 2)).starts
    assert (second == (first + (3, 1, 5)) % SHAPE).all()
    assert not (second == first).all()


def test_a_window_that_may_not_cross_the_seam_is_not_placed_there():
    seen = placement.visited(SHAPE, (4, 5, 6), repeats=(2, 1, 1))
    assert seen[:, :8].all(axis=0).sum() == 8 * 15 and not seen[:, 8:].any()
    found = placement.places(KERNEL[:1], [field_with(KERNEL[0], (0, 0, 17))], CELL)
    assert found.starts[0][2] <= 14


def test_responses_are_sums_over_the_window():
    field = RNG.normal(size=(*SHAPE, 1))
    patch = np.roll(field, (-11, -2, -18), axis=(0, 1, 2))[:4, :5, :6, 0]
    found = placement.responses(KERNEL, field)[:, 11, 2, 18]
    assert found == pytest.approx((KERNEL[:, 0] * patch).sum(axis=(1, 2, 3)), rel=1e-9)


def test_samples_that_disagree_are_counted():
    starts = [(1, 1, 1)] * 3 + [(7, 7, 9)]
    fields = [field_with(KERNEL[0], start) for start in starts]
    found = placement.places(KERNEL[:1], fields, CELL, repeats=(2, 2, 2))
    assert found.starts[0] == pytest.approx((1, 1, 1))
    assert found.agreement[0] == pytest.approx(0.75)


def test_a_kernel_longer_than_the_cell_is_folded_and_keeps_its_response():
    kernel, field = RNG.normal(size=(1, 17, 14, 25)), RNG.normal(size=SHAPE)
    start = (5, 3, 2)
    along = [(s + np.arange(n)) % m for s, n, m in zip(start, kernel.shape[1:], SHAPE, strict=True)]
    expected = (kernel[0] * field[np.ix_(*along)]).sum()
    assert (placement.laid(kernel, SHAPE, start)[0] * field).sum() == pytest.approx(expected)


def test_no_sample_is_an_error():
    with pytest.raises(ValueError, match="at least one sample"):
        placement.places(KERNEL, [], CELL)


def test_the_grid_of_a_cell_is_read_from_its_steps():
    steps = CELL / np.array(SHAPE)[:, None]
    assert placement.cell_grid(CELL, steps) == SHAPE
    assert placement.cell_grid(1.02 * CELL, steps) == SHAPE  # a sample's cell, the mean's steps
    assert placement.cell_grid(CELL, 2 * steps) != SHAPE


def test_rows_name_the_window_s_start_and_its_centre():
    found = placement.Places(np.array([[1, 2, 3]]), np.array([0.5]), np.array([0.25]))
    (row,) = placement.rows(found, (3, 3, 5), (4, 8, 10))
    assert row["filter"] == 1 and (row["response"], row["agreement"]) == (0.5, 0.25)
    assert [row[name] for name in placement.STARTS] == [1, 2, 3]
    assert [row[name] for name in placement.CENTRES] == pytest.approx([2 / 4, 3 / 8, 5 / 10])


@pytest.mark.parametrize("size", [1e-30, 1e37])
def test_weights_whose_sums_single_precision_does_not_hold_are_placed_as_others(size):
    rng = np.random.default_rng(3)
    kernel = rng.normal(size=(2, 1, 3, 3, 3)).astype(np.float32)
    fields = 100 * rng.normal(size=(4, 6, 6, 8, 1)).astype(np.float32)
    large = (size * kernel.astype(float)).astype(np.float32)
    plain, scaled = (placement.places(weights, fields, np.eye(3)) for weights in (kernel, large))
    np.testing.assert_array_equal(scaled.starts, plain.starts)
    np.testing.assert_allclose(scaled.responses / size, plain.responses, rtol=1e-5)
    if size > 1:  # as they are they would overflow
        with np.errstate(over="ignore", invalid="ignore"):
            assert not np.isfinite(placement.responses(large, fields[0])).all()
