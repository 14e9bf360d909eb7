"""A known truth at random orientations: two blobs at one distance, or at another.

Each hexagonal cell holds two equal blobs in a plane, anywhere and turned by any angle; the class
is whether they stand PLANTED Å apart, or nearer or farther. Integral, shape and place of the
blobs say nothing. A network that knows turns has one thing to learn, one of voxels each angle.
"""

import numpy as np
import pytest

from spinlens.filters import kernels, shell_weights
from spinlens.models import build
from spinlens.training import fit as training

PLANTED, BESIDE, OTHERS = 3.0, 0.5, (1.6, 4.4)
LENGTH, HEIGHT, GRID, WIDTH = 9.0, 8.0, (18, 18, 16), 0.45
LATTICE = np.array([[LENGTH, 0, 0], [-LENGTH / 2, LENGTH * 0.75**0.5, 0], [0, 0, HEIGHT]])
TRAINED, VALIDATED = 36, 60
COMMON = {
    "dimensions": 3, "channels": "signed", "normalization": "dataset", "optimizer": "adam",
    "batch_size": 6, "mixed_precision": False, "jit_compile": False, "seed": 1, "dense": [],
    "convolutions": [], "augmentation": "none",
}  # fmt: skip
STEERABLE = COMMON | {
    "family": "steerable", "filters": 4, "cutoff": 5.0, "radial_functions": 5, "max_degree": 0,
    "inversion": True, "learning_rate": 0.1, "epochs": 50,
}  # fmt: skip
VOXEL = COMMON | {
    "family": "voxel", "supercell": [1, 1, 1], "boundary": "periodic", "filters": 4,
    "kernel_size": [9, 9, 9], "stride": 1, "pool_size": 1, "convolution_kernel_size": 3,
    "head": "global", "learning_rate": 0.01, "epochs": 40,
}  # fmt: skip


class Cells:
    """Samples as inputs.Inputs holds them."""

    shape, samples = (*GRID, 1), TRAINED + VALIDATED

    def __init__(self, seed, steerable):
        random = np.random.default_rng(seed)
        self.classes = np.arange(TRAINED + VALIDATED) % 2
        self._fields = np.stack([self._cell(random, planted) for planted in self.classes])
        self.lattices = self.cells().astype(np.float32) if steerable else None

    def __getitem__(self, sample):
        return self._fields[sample]

    def cells(self):
        return np.stack([LATTICE] * len(self.classes))

    @staticmethod
    def _cell(random, planted):
        nearer, farther = (OTHERS[0], PLANTED - BESIDE), (PLANTED + BESIDE, OTHERS[1])
        other = random.uniform(*(nearer, farther)[random.integers(2)])
        distance = PLANTED if planted else other
        direction = random.normal(size=3)
        apart = distance * direction / np.linalg.norm(direction) @ np.linalg.inv(LATTICE)
        first = random.uniform(size=3)
        return np.float32(sum(blob(place) for place in (first, first + apart)))[..., None]


def blob(place):
    """A Gaussian and its images, from its spectrum: it falls where it does between voxels."""
    h = np.stack(np.meshgrid(*[np.fft.fftfreq(n, 1 / n) for n in GRID], indexing="ij"), -1)
    k = 2 * np.pi * h @ np.linalg.inv(LATTICE).T
    spectrum = np.exp(-0.5 * WIDTH**2 * (k**2).sum(-1) - 2j * np.pi * h @ place)
    return np.fft.ifftn(spectrum).real * np.prod(GRID) / 100


def fitted(point, seed=0, classes=None):
    cells = Cells(seed, point["family"] == "steerable")
    truth = cells.classes if classes is None else classes
    folds = [
        training.Fold(samples, truth[samples])
        for samples in (np.arange(TRAINED), TRAINED + np.arange(VALIDATED))
    ]
    return training.fit(point, cells, *folds, 2, report=lambda _: None)


pytestmark = pytest.mark.slow  # every test trains networks


@pytest.fixture(scope="module", autouse=True)
def quickly_built():
    """Graphs as they are: to optimise one takes longer than these small fits."""
    tensorflow = pytest.importorskip("tensorflow")
    tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": True})
    yield
    tensorflow.config.optimizer.set_experimental_options({"disable_meta_optimizer": False})


@pytest.fixture(scope="module")
def steerable():
    return fitted(STEERABLE)


def accuracy(fit):
    return fit.metrics["validation_accuracy"]


def main_peak(fit):
    """Where the radial function of the filter of largest weight peaks, beyond the site itself."""
    steps = LATTICE / np.array(GRID)[:, None]
    trained = build.first_kernel(fit.model)
    filters = kernels.steerable_dataset(trained, fit.initial_kernel, "signed", steps)
    distance, profiles = filters["distance"].values, filters["profile"].values
    strongest = shell_weights.weights(profiles, distance).argmax()
    return shell_weights.peaks(profiles, distance, beyond=PLANTED / 2)[strongest]


def test_steerable_beats_voxel_and_augmented_voxels_lie_between(steerable):
    voxel, augmented = fitted(VOXEL), fitted(VOXEL | {"augmentation": "layer_group"})
    assert accuracy(steerable) > 0.95
    assert accuracy(voxel) < 0.75
    assert accuracy(voxel) + 0.05 < accuracy(augmented) < accuracy(steerable) - 0.05


def test_the_radial_function_peaks_at_the_planted_distance(steerable):
    assert main_peak(steerable) == pytest.approx(PLANTED, abs=0.2)


def test_with_permuted_labels_nothing_is_learned():
    classes = np.random.default_rng(9).permutation(np.arange(TRAINED + VALIDATED) % 2)
    fit = fitted(STEERABLE | {"epochs": 15}, classes=classes)
    assert accuracy(fit) < 0.7
    assert abs(main_peak(fit) - PLANTED) > 0.2
