"""Snakemake calls Python by a path that it does not quote."""

import os
import subprocess
import sys

import pytest

from spinlens.core.process import call_by_name


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
