"""What a process knows of itself and of others, and what it says if memory runs out."""

import os
import platform
import subprocess
import sys

import pytest
import tensorflow as tf

from paths import ROOT
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


AT_END = """
import atexit, os, shutil, sys
sys.path.insert(0, {workflow!r})
from spinlens.core import process
os.chdir("there")
process.at_end(lambda name: open(name, "w").write(os.getcwd()), "end")
atexit.register(lambda: open("plain", "w").close())
os.chdir("..")
{then}
"""


@pytest.mark.parametrize(
    "then, files", [("", {"there", "plain"}), ("shutil.rmtree('there')", {"plain"})]
)
def test_what_is_called_at_the_end_works_where_it_was_asked_for(tmp_path, then, files):
    (tmp_path / "there").mkdir()
    text = AT_END.format(workflow=str(ROOT / "workflow"), then=then)
    subprocess.run([sys.executable, "-c", text], cwd=tmp_path, check=True)
    assert {path.name for path in tmp_path.iterdir()} == files
    if "there" in files:
        assert (tmp_path / "there" / "end").read_text() == str(tmp_path / "there")


def test_a_process_is_known_by_its_start():
    own = process.started(os.getpid())
    assert own != "" and process.started(os.getpid()) == own
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as other:
        assert process.started(other.pid) != ""
        other.communicate(b"\n")
    assert process.started(other.pid) == ""


PAGES = """
import resource, sys
sys.path.insert(0, {workflow!r})
import numpy as np
from spinlens.core.process import keep_freed_memory
if {kept}:
    keep_freed_memory()
for _ in range(60):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    fields = [np.ones(2**18) for _ in range(8)]
    del fields
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="a setting of glibc")
@pytest.mark.parametrize(("kept", "fewest", "most"), [(True, 0, 100), (False, 1000, 10**6)])
def test_freed_memory_is_used_again(kept, fewest, most):
    code = PAGES.format(workflow=str(ROOT / "workflow"), kept=kept)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert fewest <= int(done.stdout) <= most, done.stderr
