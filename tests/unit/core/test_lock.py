"""A lock lets in one process at a time, and takes over what a dead one left."""

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from paths import ROOT
from spinlens.core import lock
from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_json, write_json

HOLDER = """
import sys, time
sys.path.insert(0, {workflow!r})
from spinlens.core.lock import one_writer
with one_writer({path!r}):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def no_job(monkeypatch):
    monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    monkeypatch.setattr(lock, "POLL_SECONDS", 0.05)


@pytest.fixture
def holder(tmp_path):
    """Another process that holds the lock."""
    text = HOLDER.format(workflow=str(ROOT / "workflow"), path=str(tmp_path / "lock"))
    command = [sys.executable, "-c", text]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "held\n"
        yield process
        process.kill()


def test_a_lock_is_held_within_its_block_alone(tmp_path):
    path = tmp_path / "new" / "lock"
    with lock.one_writer(path):
        assert read_json(path)["pid"] == os.getpid()
    assert list(path.parent.iterdir()) == []


def test_a_second_process_waits_for_the_first_and_says_so(tmp_path, holder):
    lines, entered = [], threading.Event()

    def wait():
        with lock.one_writer(tmp_path / "lock", lines.append):
            entered.set()

    thread = threading.Thread(target=wait)
    thread.start()
    assert not entered.wait(1)
    assert lock.is_awaited(tmp_path / "lock")
    assert lines == [f"process {holder.pid} is writing the same files: waiting until it has ended"]
    holder.send_signal(signal.SIGKILL)
    holder.wait()
    assert entered.wait(30)
    thread.join()
    assert not lock.is_awaited(tmp_path / "lock")


@pytest.mark.parametrize("change", [{"started": "1"}, {"pid": 2**22 + 1}])
def test_the_lock_of_a_process_that_is_gone_is_taken_over(tmp_path, change):
    """The second has the number of a living process, which began at another time."""
    write_json(tmp_path / "lock", lock._own() | change)
    with lock.one_writer(tmp_path / "lock"):
        assert read_json(tmp_path / "lock") == lock._own()


def test_a_damaged_lock_is_taken_over(tmp_path):
    Path(tmp_path / "lock").write_text("{")
    with lock.one_writer(tmp_path / "lock"):
        pass


def test_a_holder_on_another_machine_is_named(tmp_path):
    write_json(tmp_path / "lock", lock._own() | {"host": "elsewhere"})
    with pytest.raises(SpinlensError, match="of elsewhere may be writing .* delete this file"):
        with lock.one_writer(tmp_path / "lock"):
            pass


def test_a_slurm_job_that_starts_again_takes_over_its_own_lock(tmp_path, monkeypatch):
    monkeypatch.setenv("SLURM_JOB_ID", "12")
    write_json(tmp_path / "lock", lock._own() | {"host": "elsewhere"})
    with lock.one_writer(tmp_path / "lock"):
        pass
