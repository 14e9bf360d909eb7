"""The 2018 network in PyTorch on tiles, direct and by FFT, measured in a process of its own.

Called as `python -m spinlens.benchmarks.pytorch_tasks SETTINGS` by a Worker. Settings: `network` (a
name in CONVOLUTIONS), `threads`, `gpus` (0 or 1), `cell`, `kernel` and `batch`. PyTorch
and fft-conv-pytorch are in the dependency group `rivals`.
"""

import importlib.util
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from spinlens.benchmarks.synthetic import (
    CLASSES,
    FILTERS,
    LEARNING_RATE,
    MOMENTUM,
    POOL,
    noise,
    tiles,
    weights,
)
from spinlens.benchmarks.workers import serve


def missing(network: str, gpus: int) -> str:
    """Say why a network cannot be measured here.

    Parameters
    ----------
    network : str
        Name in CONVOLUTIONS.
    gpus : int
        Whether a GPU is to be used.

    Returns
    -------
    str
        The reason; empty if it can.
    """
    needed = ["torch", *(["fft_conv_pytorch"] if network == "fft" else [])]
    absent = [name for name in needed if importlib.util.find_spec(name) is None]
    if absent:
        return f"{' and '.join(absent)} not installed (dependency group `rivals`)"
    if gpus:
        import torch

        return "" if torch.cuda.is_available() else "PyTorch finds no GPU"
    return ""


def start(
    network: str, kernel: int, batch: int, cell: Sequence[int], threads: int, gpus: int
) -> dict[str, Callable[[], Any]]:
    """Prepare a network with the weights of networks.direct, and a batch on the device.

    Parameters
    ----------
    network : str
        Name in CONVOLUTIONS.
    kernel, batch : int
        Voxels of the kernel along each axis; samples of the batch.
    cell : Sequence[int]
        Voxels of the unit cell along a, b and c.
    threads : int
        Threads of PyTorch.
    gpus : int
        Whether a GPU is to be used.

    Returns
    -------
    dict[str, Callable[[], Any]]
        `forward` (probabilities) and `step` (loss).
    """
    import torch

    torch.set_num_threads(threads)
    device = "cuda" if gpus else "cpu"
    convolve = CONVOLUTIONS[network]()
    fields, classes = noise(batch, cell)
    inputs = torch.from_numpy(tiles(fields)).movedim(-1, 1).contiguous().to(device)
    labels = torch.from_numpy(classes).to(device)
    parameters = [torch.from_numpy(each).to(device) for each in _weights(kernel, inputs.shape)]
    filters, bias, dense, dense_bias = (each.requires_grad_() for each in parameters)
    optimizer = torch.optim.SGD(parameters, LEARNING_RATE, MOMENTUM)

    def logits() -> Any:
        outputs = torch.relu(convolve(inputs, filters, bias))
        pooled = torch.nn.functional.max_pool3d(outputs, POOL)
        return pooled.flatten(1) @ dense + dense_bias

    def forward() -> Any:
        with torch.inference_mode():
            return torch.softmax(logits(), 1).tolist()

    def step() -> float:
        optimizer.zero_grad()
        loss = torch.nn.functional.cross_entropy(logits(), labels)
        loss.backward()
        optimizer.step()
        return loss.item()

    return {"forward": forward, "step": step}


def _direct() -> Callable[..., Any]:
    import torch

    return torch.nn.functional.conv3d


def _fft() -> Callable[..., Any]:
    import fft_conv_pytorch

    return fft_conv_pytorch.fft_conv


CONVOLUTIONS: dict[str, Callable[[], Callable[..., Any]]] = {"direct": _direct, "fft": _fft}


def _weights(kernel: int, shape: Sequence[int]) -> list[Any]:
    """Arrange the weights of Keras's layers as PyTorch's, channels first, in float32."""
    _, channels, *extent = shape
    pooled = [(n - kernel + 1) // POOL for n in extent]
    voxels = pooled[0] * pooled[1] * pooled[2]
    filters, bias, dense, dense_bias = weights(
        [(kernel,) * 3 + (channels, FILTERS), (FILTERS,), (voxels * FILTERS, CLASSES), (CLASSES,)]
    )
    filters = filters.transpose(4, 3, 0, 1, 2)
    dense = dense.reshape(voxels, FILTERS, CLASSES).swapaxes(0, 1).reshape(-1, CLASSES)
    return [each.astype("float32", order="C") for each in (filters, bias, dense, dense_bias)]


if __name__ == "__main__":
    serve(lambda: start(**json.loads(sys.argv[1])))
