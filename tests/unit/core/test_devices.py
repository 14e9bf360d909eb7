"""A GPU that was asked for or granted must be seen."""

import pytest

from spinlens.core import devices
from spinlens.core.errors import SpinlensError


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
