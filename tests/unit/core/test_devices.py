"""A GPU that was asked for or granted must be seen; jobs start a Python in any folder."""

import json
import os
import subprocess
import sys

import pytest

from spinlens.benchmarks.workers import environment
from spinlens.core import devices
from spinlens.core.errors import SpinlensError
from spinlens.core.process import call_by_name


@pytest.mark.parametrize(
    "environment",
    [{}, {"CUDA_VISIBLE_DEVICES": ""}, {"CUDA_VISIBLE_DEVICES": "-1"}, {"SLURM_GPUS_ON_NODE": "0"},
     {"CUDA_VISIBLE_DEVICES": "NoDevFiles"}],
)  # fmt: skip
def test_no_gpu_granted_none_needed(environment):
    devices.check("auto", 0, environment)


@pytest.mark.parametrize("name", devices.GRANTS)
def test_a_granted_gpu_that_is_not_seen_is_an_error_unless_unwanted(name):
    with pytest.raises(SpinlensError, match=f"granted .{name}=0,1. but the framework sees none"):
        devices.check("auto", 0, {name: "0,1"})
    devices.check("auto", 2, {name: "0,1"})
    devices.check(0, 0, {name: "0,1"})


def test_a_number_asks_for_as_many():
    with pytest.raises(SpinlensError, match="gpus: 2 asked for, but the framework sees 1"):
        devices.check(2, 1, {})
    devices.check(1, 1, {})


def called(monkeypatch, executable):
    monkeypatch.setattr(sys, "executable", str(executable))
    monkeypatch.setenv("PATH", os.environ["PATH"])
    call_by_name()
    command = f"{sys.executable} -c 'import sys; print(sys.executable)'"
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True)


@pytest.mark.parametrize("folder", ["a folder with spaces é", "it's $HOME"])
def test_a_python_in_a_folder_of_any_name_starts(tmp_path, monkeypatch, folder):
    python = tmp_path / folder / "python"
    python.parent.mkdir()
    python.symlink_to(sys.executable)
    done = called(monkeypatch, python)
    assert done.stdout.strip() == str(python), done.stderr
    assert sys.executable == "python"


def test_a_plain_path_is_left_as_it_is(monkeypatch):
    before, path = sys.executable, os.environ["PATH"]
    assert called(monkeypatch, before).returncode == 0
    assert (sys.executable, os.environ["PATH"]) == (before, path)


def test_what_keras_only_might_use_can_still_be_imported():
    code = (
        "import sys; from spinlens.core import devices\n"
        "devices.prepare(1, 0); import keras\n"
        "assert not {'sklearn', 'matplotlib'} & set(sys.modules)\n"
        "import matplotlib.pyplot, sklearn.mixture\n"
        "assert keras.src.backend.backend() == 'tensorflow'"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_a_package_that_is_imported_already_stays():
    with devices._missing("json", "email_of_nobody"):
        assert sys.modules["json"] is json
        with pytest.raises(ImportError):
            import email_of_nobody  # noqa: F401
    assert "email_of_nobody" not in sys.modules
