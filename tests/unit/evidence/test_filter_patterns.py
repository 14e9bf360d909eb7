import numpy as np
import pytest
from scipy.signal import correlate
from scipy.stats import binomtest, kstest

from spinlens.evidence.filter_imprints import Patches, cosine, imprints
from spinlens.evidence.filter_patterns import (
    LABELLINGS_NEEDED,
    Recurrences,
    best_aligned_cosine,
    folded,
    found,
    judged,
    patterns,
    recurrence,
    recurrences,
)
from spinlens.evidence.filter_table import rows, verdict

CELL = (6, 5, 8)


def noise(random, *shape):
    return random.normal(size=shape)


def rolled(kernels, shift):
    return np.roll(kernels, shift, axis=(-3, -2, -1))


def planted(random, motif, cell=CELL, filters=2, weight=1.0):
    """A run with the motif in its first filter, shifted at random around the cell."""
    run = noise(random, filters, len(motif), *cell)
    run[0] += weight * rolled(motif, random.integers(0, cell))
    return run


def motif(random, channels=2):
    values = noise(random, channels, *CELL)
    return 2 * values / values.std()


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


def noise_runs(random, labellings, seeds, *shape):
    return [[noise(random, *shape) for _ in range(seeds)] for _ in range(labellings)]


def test_a_planted_motif_is_found_and_the_noise_beside_it_is_not():
    random = np.random.default_rng(4)
    shape = motif(random)
    runs = [planted(random, shape) for _ in range(4)]
    with_motif, without = found(runs, noise_runs(random, 19, 4, 2, 2, *CELL), CELL)

    assert with_motif["found"] is True
    assert 0.7 < with_motif["recurrence"] < 0.95
    assert 0.1 < with_motif["recurrence_null"] < 0.4
    assert with_motif["p_value"] == pytest.approx(1 / 39)
    assert with_motif["p_corrected"] == pytest.approx(1 / 20)
    assert without["found"] is False


def test_a_motif_is_found_beside_a_picture_that_every_network_has():
    random = np.random.default_rng(5)
    shape, picture = motif(random), 10 * motif(random)

    def run(weight):
        return planted(random, shape, weight=weight) + planted(random, picture)[::-1]

    runs, *null = ([run(weight) for _ in range(3)] for weight in [1.5] + [0.0] * 19)
    learned, printed = found(runs, null, CELL)
    assert learned["found"] is True
    assert printed["recurrence"] > learned["recurrence"]
    assert printed["found"] is False


def test_what_is_memorised_of_meaningless_labels_is_not_found():
    random = np.random.default_rng(16)

    def labelling():
        own = motif(random)
        return [planted(random, own) for _ in range(2)]

    runs, *null = (labelling() for _ in range(20))
    assert found(runs, null, CELL)[0]["recurrence"] > 0.7
    assert found(runs, null, CELL)[0]["found"] is False
    # One seed of each labelling, as if they were seeds of one, would have let it pass.
    mixed = [[a[0], b[1]] for a, b in zip(null, [*null[1:], null[0]], strict=True)]
    assert found(runs, mixed, CELL)[0]["found"] is True


def test_p_values_of_noise_are_uniform_and_those_of_a_motif_are_not():
    random = np.random.default_rng(6)
    shape = noise(random, 1, 4, 4, 4)

    def p_value(weight):
        runs = [planted(random, shape, (4, 4, 4), 1, weight) for _ in range(2)]
        row = found(runs, noise_runs(random, 7, 2, 1, 1, 4, 4, 4), (4, 4, 4))[0]
        # Ties of a discrete p are spread out, so that the exact law is the uniform one.
        return row["p_value"] - random.uniform(0, 1 / 8)

    assert kstest([p_value(0.0) for _ in range(80)], "uniform").pvalue > 0.01
    assert kstest([p_value(1.0) for _ in range(20)], "uniform").pvalue < 1e-4


def test_any_filter_of_meaningless_runs_is_found_once_in_twenty():
    random = np.random.default_rng(7)
    within, between = random.normal(size=(2, 400, 20, 3)) + random.normal(size=(400, 20, 1))
    hits = sum(
        any(row["found"] for row in judged(Recurrences(*pair)))
        for pair in zip(within, 0 * between, strict=True)
    )
    assert binomtest(hits, 400, 0.05).pvalue > 0.01


def test_recurrences_are_those_within_a_labelling_and_between_labellings():
    random = np.random.default_rng(8)
    runs, *null = noise_runs(random, 4, 3, 2, 1, 3, 3, 3)
    within, between = recurrences([*runs, noise(random, 2, 1, 3, 3, 3)], null, CELL)

    assert within[0] == pytest.approx(recurrence(runs, CELL))
    assert within[2] == pytest.approx(recurrence(null[1], CELL))
    others = [null[1][0], runs[0], null[0][0], null[2][0]]
    assert between[2] == pytest.approx(recurrence(others, CELL))


def test_a_null_too_small_to_tell_says_how_many_labellings_it_takes():
    for count, expected in ((LABELLINGS_NEEDED - 1, None), (LABELLINGS_NEEDED, True)):
        within = np.vstack([np.ones(3), np.zeros((count, 3))])
        row = judged(Recurrences(within, np.zeros_like(within)))[0]
        assert row["found"] is expected
        assert (row["null_labellings"], row["null_labellings_needed"]) == (count, 19)
        assert (row["p_corrected"] <= 0.05) is (expected is True)


def test_runs_that_diverged_are_left_out():
    random = np.random.default_rng(9)
    runs, *null = noise_runs(random, 4, 2, 1, 1, 3, 3, 3)
    broken = np.full_like(runs[0], np.nan)
    kept = recurrences(runs, null, CELL)

    with_broken = recurrences([*runs, broken], [[broken, null[0][0]], *null], CELL)
    for values, expected in zip(with_broken, kept, strict=True):
        assert values == pytest.approx(expected)
    for arguments in (([broken, *runs], null), (runs[:1], null), (runs, [])):
        row = found(*arguments, CELL)[0]
        assert row["found"] is None
        assert np.isnan(row["p_value"])


def smooth_density(random, channels=2, cell=(10, 9, 12)):
    frequencies = np.meshgrid(*(np.fft.fftfreq(n) for n in cell), indexing="ij")
    damping = np.exp(-60 * sum(f**2 for f in frequencies))
    spectra = np.fft.fftn(noise(random, channels, *cell), axes=(-3, -2, -1)) * damping
    return np.fft.ifftn(spectra, axes=(-3, -2, -1)).real + 3


def patch(density, start, size):
    index = (
        (first + np.arange(length)) % n
        for first, length, n in zip(start, size, density.shape[1:], strict=True)
    )
    return density[:, *np.ix_(*index)]


@pytest.mark.parametrize("size", [(4, 4, 5), (13, 4, 15)])
@pytest.mark.parametrize("sign", [1, -1])
def test_a_patch_of_the_density_is_met_wherever_it_was_cut(size, sign):
    random = np.random.default_rng(10)
    density = smooth_density(random)
    kernels = np.stack([patch(density, start, size) for start in [(8, 7, 10), (0, 0, 0)]])
    overlaps = Patches(density, size).overlap(sign * 7 * kernels + 0.3)
    assert overlaps == pytest.approx([sign, sign], abs=1e-6)


def test_overlaps_are_those_of_all_patches_cut_one_by_one():
    random = np.random.default_rng(11)
    density, kernels = smooth_density(random), noise(random, 2, 2, 3, 4, 14)
    cut = np.stack([patch(density, start, (3, 4, 14)) for start in np.ndindex(10, 9, 12)])
    expected = []
    for kernel in kernels:
        cosines = cosine(np.broadcast_to(kernel, cut.shape), cut)
        expected.append(cosines[abs(cosines).argmax()])
    assert Patches(density, (3, 4, 14)).overlap(kernels) == pytest.approx(expected, abs=1e-6)


def test_a_flat_density_and_a_flat_kernel_overlap_with_nothing():
    random = np.random.default_rng(12)
    kernels = noise(random, 1, 1, 3, 3, 3)
    assert Patches(np.full((1, 6, 6, 6), 0.1), (3, 3, 3)).overlap(kernels) == 0
    assert Patches(noise(random, 1, 6, 6, 6), (3, 3, 3)).overlap(np.full_like(kernels, 0.1)) == 0


def test_random_kernels_exceed_their_reference_once_in_twenty():
    random = np.random.default_rng(13)
    density = smooth_density(random)
    kernels = smooth_density(random, 160, (4, 4, 4)).reshape(80, 2, 4, 4, 4)
    patches = Patches(density, (4, 4, 4))
    rough = noise(random, *kernels.shape)

    for draws in (kernels, rough):
        above = (abs(patches.overlap(draws)) > patches.reference(draws)).mean()
        assert binomtest(round(80 * above), 80, 0.05).pvalue > 0.002
    mixed = (abs(patches.overlap(kernels)) > patches.reference(rough)).mean()
    assert mixed > 0.3  # smoothness alone would pass for a picture


def test_imprints_tell_noise_picture_and_neither_apart():
    random = np.random.default_rng(14)
    density, size = smooth_density(random), (5, 5, 6)
    initial = 0.01 * noise(random, 3, 2, *size)
    kernels = initial + 1e-4 * noise(random, 3, 2, *size)
    kernels[1] -= 9 * patch(density, (9, 8, 11), size)
    kernels[2] += noise(random, 2, *size)
    kept, picture, other = imprints(kernels, initial, density)

    assert kept["overlap_initial"] == pytest.approx(1, abs=1e-3)
    assert abs(kept["overlap_mean_density"]) < 0.5
    assert picture["overlap_mean_density"] == pytest.approx(-1, abs=1e-3)
    assert picture["overlap_change"] < -0.999 < -picture["reference_change"]
    assert abs(picture["overlap_initial"]) < 0.3
    assert abs(other["overlap_initial"]) < 0.2
    assert picture["norm_initial"] == pytest.approx(np.linalg.norm(initial[1]))
    assert picture["norm_change"] == pytest.approx(np.linalg.norm(kernels[1] - initial[1]))

    within = np.vstack([[0.1, 0.9, 0.9], np.full((20, 3), 0.2)])
    table = rows(kernels, initial, density, Recurrences(within, 0.1 * within))
    assert [row["verdict"] for row in table] == [
        "its initial noise; not above the null",
        "a negative picture of the mean density, though it recurs across seeds more than in the "
        "null",
        "recurs across seeds more than in the null",
    ]


def test_a_filter_that_diverged_says_so_and_leaves_the_others_alone():
    random = np.random.default_rng(15)
    kernels, density = noise(random, 2, 2, 3, 3, 3), smooth_density(random)
    broken = kernels.copy()
    broken[0, 0, 0, 0, 0] = np.inf
    found_again = recurrences([broken, kernels], [[kernels, kernels + 1]] * 2, CELL)
    first, second = rows(broken, kernels, density, found_again)

    assert first["verdict"] == "diverged: the weights did not stay finite"
    assert np.isnan(first["overlap_initial"])
    assert second["overlap_initial"] == pytest.approx(1)
    assert second["verdict"].startswith(
        "its initial noise; whether it recurs cannot be told: 0 of "
    )


def test_noise_and_picture_together_may_make_up_most_of_a_filter():
    row = {
        "norm": 1.0, "overlap_initial": 0.6, "overlap_mean_density": 0.6, "reference": 0.2,
        "found": False, "null_labellings": 19, "null_labellings_needed": 19,
    }  # fmt: skip
    both = "its initial noise and a picture of the mean density; not above the null"
    assert verdict(row) == both
    assert verdict(row | {"reference": 0.7}) == "not above the null"
    assert verdict(row | {"found": None, "null_labellings": 3}).endswith(
        "3 of the 19 permuted labellings needed"
    )
