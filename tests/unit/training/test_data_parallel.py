"""Training on two logical CPU devices, which stand in for two GPUs, beside training on one."""

import json
import subprocess
import sys

import numpy as np
import pytest

from paths import ROOT
from small_training import POINT, SIDES, written

WORKFLOW = ROOT / "workflow"
SCRIPT = """
import json, sys
import numpy as np
import tensorflow as tf
settings = json.loads(sys.argv[1])
cpu = tf.config.list_physical_devices("CPU")[0]
logical = [tf.config.LogicalDeviceConfiguration() for _ in settings["devices"]]
tf.config.set_logical_device_configuration(cpu, logical)
tf.config.experimental.enable_op_determinism()
from spinlens.dataset.network_inputs import Inputs
from spinlens.filters import fit_files
from spinlens.training import data_parallel, fit as training
if settings["unweighted"]:
    class Unweighted(data_parallel._Filled):
        def __getitem__(self, index):
            inputs, truth, weights = super().__getitem__(index)
            return inputs, truth, (weights > 0).astype(np.float32)
    data_parallel._Filled = Unweighted
sides = [np.array(side) for side in settings["sides"]]
truth = np.array(settings["truth"])
with Inputs(settings["path"], settings["point"]) as inputs:
    fit = training.fit(
        settings["point"], inputs, *(training.Fold(side, truth[side]) for side in sides),
        settings["classes"], settings["devices"], report=lambda _: None,
    )
fit_files.write_model(settings["model"], fit.model)
predictions = [side.tolist() for side in fit.predictions]
weights = np.concatenate([np.ravel(weight) for weight in fit.model.get_weights()]).tolist()
print(json.dumps({"predictions": predictions, "weights": weights, "metrics": fit.metrics}))
"""
POINT = POINT | {"batch_size": 5, "epochs": 2}  # 16 samples: the last batch holds one


def fitted(path, folder, truth, classes, devices, unweighted=False):
    settings = {
        "path": str(path), "point": POINT, "truth": truth, "classes": classes, "devices": devices,
        "sides": [side.tolist() for side in SIDES], "model": str(folder / "model.keras"),
        "unweighted": unweighted,
    }  # fmt: skip
    command = [sys.executable, "-c", SCRIPT, json.dumps(settings)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=WORKFLOW)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    file = tmp_path_factory.mktemp("parallel") / "dataset.nc"
    random = np.random.default_rng(0)
    written(file, random.standard_normal((24, 6, 6, 8)))
    return file


TRUTHS = {"classes": ((np.arange(24) % 2).tolist(), 2), "regression": (list(range(24)), None)}


@pytest.mark.parametrize("kind", ["classes", pytest.param("regression", marks=pytest.mark.slow)])
def test_two_devices_come_to_what_one_does(path, tmp_path, kind):
    one = fitted(path, tmp_path, *TRUTHS[kind], devices=["CPU:0"])
    two = fitted(path, tmp_path, *TRUTHS[kind], devices=["CPU:0", "CPU:1"])
    assert two["weights"] == pytest.approx(one["weights"], rel=1e-4, abs=1e-5)
    for on_one, on_two in zip(one["predictions"], two["predictions"], strict=True):
        assert np.array(on_two) == pytest.approx(np.array(on_one), rel=1e-3, abs=1e-4)


@pytest.mark.slow
def test_without_the_weights_of_an_uneven_batch_they_differ(path, tmp_path):
    """The control: what fills a batch up must not make its samples count for less."""
    one = fitted(path, tmp_path, *TRUTHS["classes"], devices=["CPU:0"])
    two = fitted(path, tmp_path, *TRUTHS["classes"], devices=["CPU:0", "CPU:1"], unweighted=True)
    assert two["weights"] != pytest.approx(one["weights"], rel=1e-4, abs=1e-5)
