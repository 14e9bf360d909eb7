"""What training a sweep point costs, known before it is trained: peak memory and work.

The peak is a sum of what is held at once. It was measured, by the process's own peak resident
set, on TensorFlow's CPU build at cells of 20×20×24 and 60×60×120 voxels, kernels of 10 and 40,
strides 1 and 20, batches of 4 and 20, with and without a second convolution.
Mixed precision and XLA are not counted: they hold no more. Nothing here imports Keras.
"""

from collections.abc import Sequence
from math import ceil
from typing import Any, NamedTuple

from spinlens.density import grids
from spinlens.models import steerable_cost, voxel_cost
from spinlens.settings import sizes

# Python with TensorFlow, Keras, pandas and scikit-learn loaded, and a compiled network of a few
# thousand voxels: measured.
_FRAMEWORK_MB = 800
CACHE_MB = 512  # dataset.network_inputs.CACHE_BYTES, which a test compares
# A batch as NumPy stacks it, its tensor, one that waits, one in use, and one of the validation
# samples.
_BATCHES_AT_ONCE = 5
# The field as it was before it was continued, continued, and in the order of the library.
_DIRECT_COPIES = 3
_OPTIMIZER_SLOTS = {"sgd": 1, "adam": 2}
_REQUEST_HEADROOM, _REQUEST_MARGIN_MB = 1.25, 2000  # the margin: what CUDA's libraries map
_VALUE_BYTES, _MB = 4, 2**20


class Cost(NamedTuple):
    """Peak memory in MB (2²⁰ bytes) by what holds it, and the work of one epoch of training.

    Attributes
    ----------
    framework_mb
        Python, TensorFlow and the compiled network.
    cached_inputs_mb, input_batches_mb
        Samples in the cache and spectra that are kept, and batches on their way.
    weights_mb, gradients_mb
        Weights; their gradients and what the optimizer keeps.
    activations_mb, spectra_mb
        What a batch leaves for the way back, and spectra of kernels.
    epoch_gflop
        10⁹ floating-point operations, forward and backward.
    """

    framework_mb: float
    cached_inputs_mb: float
    input_batches_mb: float
    weights_mb: float
    gradients_mb: float
    activations_mb: float
    spectra_mb: float
    epoch_gflop: float

    @property
    def memory_mb(self) -> float:
        """Peak memory, MB: the sum of the parts."""
        return sum(self[:-1])


def predict(point: dict[str, Any], cell_shape: Sequence[int], samples: int) -> Cost:
    """Predict the memory and work of training a sweep point on a CPU.

    Parameters
    ----------
    point
        Hyperparameters.
    cell_shape
        Voxels (na, nb, nc) of the unit cell that the network sees, of `settings.sizes.cell_shape`.
    samples
        Number in the dataset, of which `train_fraction` are trained on.
    """
    channels = grids.CHANNELS[point["channels"]]
    training = max(1, round(samples * point["train_fraction"]))
    parts = sizes.micro_batches(point)
    batch = ceil(min(point["batch_size"], training) / parts)
    steerable = sizes.is_steerable(point)
    count = steerable_cost.steerable_layers if steerable else voxel_cost.voxel_layers
    if point.get("family") == "pair":
        count = steerable_cost.pair_layers
    network = count(point, tuple(cell_shape), channels)
    sample_mb = _mb(cell_shape[0] * cell_shape[1] * cell_shape[2] * channels)
    kept = _mb(voxel_cost.kept_spectra(point, tuple(cell_shape), channels, samples))
    weights = _mb(sum(layer.weights for layer in network))
    scaled = point["normalization"] == "dataset"
    outputs = [layer.outputs for layer in network]
    passed = 2 * batch if point.get("even", False) else batch  # each sample beside its reverse
    # Kept for the way back, where the largest has a gradient that comes in and one that leaves.
    activations = passed * _mb(sum(outputs) + 2 * max(outputs))
    laid_out = passed * _DIRECT_COPIES * _mb(max(layer.continued for layer in network))
    each_part = sum(layer.batch_flop for layer in network)
    each_sample = sum(layer.sample_flop for layer in network)
    passes = parts * ceil(training / point["batch_size"])
    return Cost(
        framework_mb=_FRAMEWORK_MB + steerable * steerable_cost.GRAPH_MB,
        cached_inputs_mb=min(samples * sample_mb, CACHE_MB) + kept,
        input_batches_mb=(_BATCHES_AT_ONCE + scaled) * batch * sample_mb,
        weights_mb=weights,
        gradients_mb=weights * (1 + (parts > 1) + _OPTIMIZER_SLOTS[point["optimizer"]]),
        activations_mb=activations + laid_out,
        spectra_mb=_mb(sum(layer.spectra for layer in network)),
        epoch_gflop=(passes * each_part + training * each_sample * passed / batch) / 1e9,
    )


def request_mb(cost: Cost, attempt: int) -> int:
    """Memory in MB to request of a scheduler, with headroom, multiplied by the attempt number."""
    return ceil((_REQUEST_HEADROOM * cost.memory_mb + _REQUEST_MARGIN_MB) * attempt)


def _mb(values: float) -> float:
    """MB of so many values in float32."""
    return values * _VALUE_BYTES / _MB
