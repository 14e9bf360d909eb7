"""The recipe of the container image names what the project has, and its scripts are scripts."""

import re
import subprocess
import tomllib

import pytest

from paths import ROOT
from small_project import WORKFLOW_FILES

TEXT = (ROOT / "envs" / "spinlens.def").read_text(encoding="utf-8")
SECTIONS = dict(re.findall(r"^%(\w+)\n(.*?)(?=^%|\Z)", TEXT, re.DOTALL | re.MULTILINE))
HOME = "/opt/spinlens"


def test_its_header_and_sections_are_those_of_a_definition_file():
    header = [line for line in TEXT.splitlines() if re.match(r"[A-Z]\w+:", line)]
    assert [line.split(":")[0] for line in header] == ["Bootstrap", "From"]
    known = {"files", "post", "environment", "runscript", "test", "help"}
    assert set(SECTIONS) == known and TEXT.count("\n%") == len(known)


def test_it_copies_all_that_the_workflow_needs():
    copied = [line.split() for line in SECTIONS["files"].splitlines() if line.strip()]
    assert {source for source, _ in copied} >= {*WORKFLOW_FILES, "resources"}
    assert all((ROOT / source).exists() for source, _ in copied)
    assert all(place == f"{HOME}/{source}" for source, place in copied)


@pytest.mark.parametrize("section", ["post", "environment", "runscript", "test"])
def test_a_shell_can_read_its_scripts(section):
    done = subprocess.run(["sh", "-n"], input=SECTIONS[section], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_it_installs_the_gpu_build_and_starts_the_workflow():
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    (group,) = re.findall(r"--no-default-groups --group (\w+)", SECTIONS["post"])
    assert groups["dependency-groups"][group][0].startswith("tensorflow[and-cuda]==")
    assert f'exec snakemake --snakefile {HOME}/Snakefile "$@"' in SECTIONS["runscript"]
