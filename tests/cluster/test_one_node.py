"""Links that a killed test of the cluster left are removed; what a real SLURM needs never is."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

import one_node


@pytest.fixture
def etc(tmp_path, monkeypatch):
    """A folder in the place of /etc/slurm, and another in that of /tmp; root or not."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr(one_node, "ETC", tmp_path / "etc")
    monkeypatch.setattr(one_node.shutil, "which", lambda name, path=None: f"/usr/bin/{name}")
    monkeypatch.setattr(one_node.os, "geteuid", lambda: 0)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "tmp"))
    return tmp_path / "etc"


def link(etc, pid=None):
    """Links as OneNode makes them; the folder that they lead to."""
    folder = one_node.new_folder()
    for name in one_node.LINKS:
        (folder / name).write_text("ClusterName=onenode\n")
        (etc / name).symlink_to(folder / name)
    if pid is not None:
        (folder / "slurmctld.pid").write_text(f"{pid}\n")
    return folder


@pytest.fixture
def controller(tmp_path):
    """A process of the name slurmctld."""
    program = tmp_path / "slurmctld"
    shutil.copy2(shutil.which("sleep"), program)
    with subprocess.Popen([program, "60"]) as process:
        wait_for_name(process, program.name)
        yield process
        process.kill()


def wait_for_name(process, name):
    """Popen returns as soon as exec has begun: the kernel sets the name a moment later."""
    for _ in range(1000):
        if Path(f"/proc/{process.pid}/comm").read_text(encoding="utf-8").strip() == name:
            return
        time.sleep(0.01)
    process.kill()
    raise TimeoutError(f"process {process.pid} is not called {name} after 10 s")


def ended():
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


@pytest.mark.parametrize("pid", [None, "ended", "other", "nonsense"])
def test_links_of_a_slurm_that_is_gone_are_removed_with_a_word(etc, capsys, pid):
    link(etc, {"ended": ended(), "other": os.getpid()}.get(pid, pid))
    assert one_node.missing() == ""
    assert list(etc.iterdir()) == []
    assert capsys.readouterr().out.count("removed: a killed test left it") == 2


def test_links_into_a_folder_that_is_gone_are_removed(etc):
    shutil.rmtree(link(etc))
    assert one_node.missing() == ""
    assert list(etc.iterdir()) == []


@pytest.mark.skipif(not os.path.isdir("/proc/self"), reason="no /proc tells a process's name")
def test_links_of_a_living_slurm_stay(etc, controller, capsys):
    link(etc, controller.pid)
    assert "slurm.conf, gres.conf: of a SLURM here" in one_node.missing()
    assert sorted(path.name for path in etc.iterdir()) == sorted(one_node.LINKS)
    assert capsys.readouterr().out == ""


def test_a_real_slurms_file_stays(etc):
    (etc / "slurm.conf").write_text("ClusterName=real\n")
    assert "slurm.conf: of a SLURM here" in one_node.missing()
    assert (etc / "slurm.conf").read_text() == "ClusterName=real\n"


@pytest.mark.parametrize("target", ["elsewhere/slurm.conf", "tmp/slurm.abc/other.conf"])
def test_a_link_of_somebody_elses_stays_even_where_it_leads_nowhere(etc, target):
    (etc / "slurm.conf").symlink_to(etc.parent / target)
    assert "slurm.conf: of a SLURM here" in one_node.missing()
    assert (etc / "slurm.conf").is_symlink()
