"""What training a sweep point costs, known before it is trained: peak memory and work.

The peak is a sum of what is held at once. It was measured, by the process's own peak resident
set, on TensorFlow's CPU build at cells of 20×20×24 and 60×60×120 voxels, kernels of 10 and 40,
strides 1 and 20, batches of 4 and 20, with and without a second convolution.
Mixed precision and XLA are not counted: they hold no more. Nothing here imports Keras.
"""

from math import ceil
from typing import NamedTuple

from spinlens.density import grids
from spinlens.models import steerable_cost
from spinlens.models.voxel_cost import layers
from spinlens.settings import sizes

# Python with TensorFlow, Keras, pandas and scikit-learn loaded, and a compiled network of a few
# thousand voxels: measured.
FRAMEWORK_MB = 780
CACHE_MB = 512  # of inputs.CACHE_BYTES
# A batch as NumPy stacks it, the tensor made of it, one that waits, one in use, and one of the
# pass over the other side of the split.
BATCHES_AT_ONCE = 5
# The field as it was before it was continued, continued, and in the order of the library.
DIRECT_COPIES = 3
OPTIMIZER_SLOTS = {"sgd": 1, "adam": 2}
REQUEST_HEADROOM, REQUEST_MARGIN_MB = 1.25, 2000  # the margin: what CUDA's libraries map
VALUE_BYTES, MB = 4, 2**20


class Cost(NamedTuple):
    """Peak memory by what holds it, in MB (2²⁰ bytes), and the work of one epoch of training,
    forward and backward, in 10⁹ floating-point operations."""

    framework_mb: float
    cached_inputs_mb: float
    input_batches_mb: float
    weights_mb: float
    gradients_mb: float
    activations_mb: float
    spectra_mb: float
    epoch_gflop: float

    @property
    def memory_mb(self):
        """Their sum: the peak."""
        return sum(self[:-1])


def predict(point, cell_shape, samples):
    """Cost of a sweep point on a CPU.

    `cell_shape` is (na, nb, nc) of the unit cell that its network sees, as sizes.cell_shape
    gives it, `samples` the number in the dataset, of which `train_fraction` are trained on.
    Raises ValueError where the network does not fit the cell.
    """
    channels = grids.CHANNELS[point["channels"]]
    training = max(1, round(samples * point["train_fraction"]))
    parts = sizes.micro_batches(point)
    batch = ceil(min(point["batch_size"], training) / parts)
    steerable = sizes.is_steerable(point)
    network = (steerable_cost.layers if steerable else layers)(point, cell_shape, channels)
    sample_mb = _mb(cell_shape[0] * cell_shape[1] * cell_shape[2] * channels)
    weights = _mb(sum(layer.weights for layer in network))
    scaled = point["normalization"] == "dataset"
    outputs = [layer.outputs for layer in network]
    # Kept for the way back, where the largest has a gradient that comes in and one that leaves.
    activations = batch * _mb(sum(outputs) + 2 * max(outputs))
    laid_out = batch * DIRECT_COPIES * _mb(max(layer.continued for layer in network))
    each_part = sum(layer.batch_flop for layer in network)
    each_sample = sum(layer.sample_flop for layer in network)
    passes = parts * ceil(training / point["batch_size"])
    return Cost(
        framework_mb=FRAMEWORK_MB + steerable * steerable_cost.GRAPH_MB,
        cached_inputs_mb=min(samples * sample_mb, CACHE_MB),
        input_batches_mb=(BATCHES_AT_ONCE + scaled) * batch * sample_mb,
        weights_mb=weights,
        gradients_mb=weights * (1 + (parts > 1) + OPTIMIZER_SLOTS[point["optimizer"]]),
        activations_mb=activations + laid_out,
        spectra_mb=_mb(sum(layer.spectra for layer in network)),
        epoch_gflop=(passes * each_part + training * each_sample) / 1e9,
    )


def request_mb(cost, attempt):
    """Memory to ask a scheduler for, in whole MB: with headroom, and as often again as a job
    was tried before."""
    return ceil((REQUEST_HEADROOM * cost.memory_mb + REQUEST_MARGIN_MB) * attempt)


def _mb(values):
    return values * VALUE_BYTES / MB
