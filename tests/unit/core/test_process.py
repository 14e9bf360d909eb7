"""What a process knows of itself and of others, and what it says if memory runs out."""

import os
import subprocess
import sys

import pytest
import tensorflow as tf

from spinlens.core import process
from spinlens.core.errors import SpinlensError


def test_memory_that_runs_out_names_the_key_that_saves_it():
    with pytest.raises(SpinlensError, match="memory ran out in training: set micro_batch: 4 "):
        with process.memory_hint(8):
            raise MemoryError
    with pytest.raises(SpinlensError, match="micro_batch: 2"), process.memory_hint(4):
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating tensor")
    with pytest.raises(KeyError), process.memory_hint(8):
        raise KeyError


def test_a_process_is_known_by_its_start():
    own = process.started(os.getpid())
    assert own != "" and process.started(os.getpid()) == own
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert process.started(other.pid) != ""
        other.communicate(b"\n")
    assert process.started(other.pid) == ""
