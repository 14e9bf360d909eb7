"""The rivals in PyTorch compute what the networks in Keras do; skipped where they are missing."""

import numpy as np
import pytest

from spinlens.benchmarks import networks, pytorch_tasks, synthetic

CELL = (6, 6, 8)


@pytest.mark.parametrize("network", pytorch_tasks.CONVOLUTIONS)
def test_a_rival_gives_the_result_and_the_loss_of_keras(network):
    if reason := pytorch_tasks.missing(network, 0):
        pytest.skip(reason)
    rival = pytorch_tasks.start(network, 3, 2, CELL, threads=1, gpus=0)
    model, (cells, classes) = networks.direct(3, CELL), synthetic.noise(2, CELL)
    tiles = synthetic.tiles(cells)
    expected = model.predict(tiles, verbose=0)
    np.testing.assert_allclose(rival["forward"](), expected, atol=1e-4)
    assert np.ptp(expected, axis=0).min() > 1e-2  # the samples differ
    losses = [rival["step"]() for _ in range(3)]
    np.testing.assert_allclose(
        losses, [model.train_on_batch(tiles, classes)[0] for _ in range(3)], rtol=1e-4
    )
    assert losses[2] < losses[1] < losses[0]


def test_what_is_missing_is_named(monkeypatch):
    monkeypatch.setattr(pytorch_tasks.importlib.util, "find_spec", lambda name: None)
    assert pytorch_tasks.missing("direct", 0).startswith("torch not installed")
    assert pytorch_tasks.missing("fft", 0).startswith("torch and fft_conv_pytorch not installed")
    monkeypatch.setattr(pytorch_tasks.importlib.util, "find_spec", lambda name: name)
    assert pytorch_tasks.missing("fft", 0) == ""
