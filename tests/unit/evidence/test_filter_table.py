import numpy as np
import pytest
from scipy.stats import binomtest

from random_kernels import CELL, noise
from spinlens.evidence.filter_recurrence import Recurrences, patterns, recurrences
from spinlens.evidence.filter_table import Patches, imprints, rows, verdict


def cosine(first, second):
    """Cosine of each pattern with its namesake."""
    one, other = (patterns(kernels).reshape(len(kernels), -1) for kernels in (first, second))
    return (one * other).sum(axis=1) / np.linalg.norm(one, axis=1) / np.linalg.norm(other, axis=1)


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
        "its initial noise; whether it recurs cannot be determined: 0 of "
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


def test_filters_that_all_diverged_are_rows_that_say_so():
    random = np.random.default_rng(20)
    kernels, density = noise(random, 2, 1, 3, 3, 3), noise(random, 1, 6, 6, 6)
    lost = Recurrences(*np.full((2, 1, 2), np.nan))
    table = rows(np.full_like(kernels, np.nan), kernels, density, lost)
    assert [row["filter"] for row in table] == [1, 2]
    assert all(np.isnan(row["norm"]) and np.isnan(row["overlap_change"]) for row in table)
    assert {row["verdict"] for row in table} == {"diverged: the weights did not stay finite"}
    kept = rows(kernels, kernels, density, lost)
    assert all(np.isfinite(row["norm"]) for row in kept)
