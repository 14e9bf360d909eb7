import numpy as np
import pytest
from scipy.signal import correlate

from random_kernels import CELL, noise, noise_runs, rolled
from spinlens.evidence.filter_recurrence import (
    best_aligned_cosine,
    folded,
    patterns,
    recurrence,
    recurrences,
)
from spinlens.evidence.p_values import recurrence_test


def zero_padded_cosine(first, second):
    products = sum(
        correlate(a, b, "full") for a, b in zip(patterns(first), patterns(second), strict=True)
    )
    return products.max() / np.linalg.norm(patterns(first)) / np.linalg.norm(patterns(second))


@pytest.mark.parametrize("shift", [(1, 0, 0), (3, 4, 7), (5, 2, 1)])
def test_a_shift_around_the_cell_changes_nothing_and_zero_padding_does(shift):
    kernels = noise(np.random.default_rng(0), 3, 2, *CELL)
    best = best_aligned_cosine(kernels, rolled(kernels, shift), CELL)

    assert np.diag(best) == pytest.approx([1, 1, 1], abs=1e-6)
    assert best[~np.eye(3, dtype=bool)].max() < 0.6
    assert zero_padded_cosine(kernels[0], rolled(kernels, shift)[0]) < 0.95


def test_channels_move_together():
    kernels = noise(np.random.default_rng(0), 1, 2, *CELL)
    apart = kernels.copy()
    apart[:, 1] = rolled(apart[:, 1], (3, 2, 4))

    assert best_aligned_cosine(kernels, apart, CELL).item() < 0.8


def test_a_negative_is_another_filter_and_an_offset_in_a_channel_is_none():
    random = np.random.default_rng(1)
    first, second = noise(random, 1, 2, *CELL), noise(random, 1, 2, *CELL)
    offset = np.array([30.0, -70.0])[:, None, None, None]

    assert best_aligned_cosine(first, -first, CELL).item() < 0.6
    apart = best_aligned_cosine(first, second, CELL)
    assert best_aligned_cosine(first + offset, second + offset, CELL) == pytest.approx(apart)
    raw = np.vdot(first + offset, second + offset) / np.linalg.norm(first + offset) ** 2
    assert apart.item() < 0.5 < 0.95 < raw  # what the offset would have passed for
    assert best_aligned_cosine(np.full_like(first, 0.1), second, CELL).item() == 0


@pytest.mark.parametrize("size", [(3, 2, 3), (2, 5, 4), (6, 5, 8), (9, 11, 8), (14, 1, 17)])
def test_the_best_cosine_is_that_of_all_translations_tried_one_by_one(size):
    random = np.random.default_rng(2)
    first, second = noise(random, 2, 2, *size), noise(random, 2, 2, *size)
    laid = [folded(patterns(kernels), CELL) for kernels in (first, second)]

    def tried(a, b):
        scale = np.linalg.norm(a) * np.linalg.norm(b)
        return max(np.vdot(a, rolled(b, shift)) for shift in np.ndindex(CELL)) / scale

    expected = [[tried(a, b) for b in laid[1]] for a in laid[0]]
    assert best_aligned_cosine(first, second, CELL) == pytest.approx(np.array(expected), abs=1e-9)


def test_kernels_longer_than_the_cell_act_on_it_as_their_folded_weights():
    random = np.random.default_rng(3)
    kernel, field = noise(random, 9, 11, 17), noise(random, *CELL)
    index = np.ix_(*(np.arange(size) % n for size, n in zip(kernel.shape, CELL, strict=True)))

    assert np.vdot(kernel, field[index]) == pytest.approx(np.vdot(folded(kernel, CELL), field))
    assert folded(kernel, CELL).shape == CELL
    assert np.vdot(kernel[:6, :5, :8], field) != pytest.approx(np.vdot(kernel, field[index]))


def test_kernels_that_cannot_be_compared_are_refused():
    random = np.random.default_rng(0)
    kernels = noise(random, 1, 2, 3, 3, 3)
    with pytest.raises(ValueError, match="runs of one network"):
        best_aligned_cosine(kernels, kernels[:, :1], CELL)
    with pytest.raises(ValueError, match="diverged"):
        best_aligned_cosine(kernels, kernels * np.nan, CELL)
    with pytest.raises(ValueError, match="needs two"):
        recurrence([kernels], CELL)
    with pytest.raises(ValueError, match="its own seed"):
        recurrence([kernels, kernels.copy()], CELL)


def test_recurrences_are_those_within_a_labelling_and_between_labellings():
    random = np.random.default_rng(8)
    runs, *null = noise_runs(random, 4, 3, 2, 1, 3, 3, 3)
    within, between = recurrences([*runs, noise(random, 2, 1, 3, 3, 3)], null, CELL)

    assert within[0] == pytest.approx(recurrence(runs, CELL))
    assert within[2] == pytest.approx(recurrence(null[1], CELL))
    others = [null[1][0], runs[0], null[0][0], null[2][0]]
    assert between[2] == pytest.approx(recurrence(others, CELL))


def test_runs_that_diverged_are_left_out():
    random = np.random.default_rng(9)
    runs, *null = noise_runs(random, 4, 2, 1, 1, 3, 3, 3)
    broken = np.full_like(runs[0], np.nan)
    kept = recurrences(runs, null, CELL)

    with_broken = recurrences([*runs, broken], [[broken, null[0][0]], *null], CELL)
    for values, expected in zip(with_broken, kept, strict=True):
        assert values == pytest.approx(expected)
    for arguments in (([broken, *runs], null), (runs[:1], null), (runs, [])):
        row = recurrence_test(recurrences(*arguments, CELL))[0]
        assert row["found"] is None
        assert np.isnan(row["p_value"])
