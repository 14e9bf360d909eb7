"""One version of everything, in one place: pyproject.toml."""

import re
import tomllib

import pytest
import yaml

from paths import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
GROUPS = PROJECT["dependency-groups"]
DIRECT = [*PROJECT["project"]["dependencies"], *(d for group in GROUPS.values() for d in group)]
PIN = re.compile(r"([A-Za-z0-9_.-]+)(?:\[[\w,-]+\])?==([\w.]+)")


def pins(requirements):
    return {PIN.match(r).group(1).lower(): PIN.match(r).group(2) for r in requirements}


def test_every_dependency_is_pinned_exactly():
    everything = [*DIRECT, *PROJECT["tool"]["uv"]["constraint-dependencies"]]
    assert [r for r in everything if not PIN.match(r)] == []


@pytest.mark.parametrize("file", sorted((ROOT / "envs").glob("*.yaml")), ids=lambda f: f.name)
def test_the_environments_hold_the_same_pins(file):
    dependencies = yaml.safe_load(file.read_text(encoding="utf-8"))["dependencies"]
    packages = pins(next((d["pip"] for d in dependencies if isinstance(d, dict)), []))
    assert packages.items() <= pins(DIRECT).items()
    assert packages or file.name == "gpaw.yaml"  # all of conda's own
    assert [d for d in dependencies if isinstance(d, str) and d != "pip" and "=" not in d] == []


def test_the_resolved_set_is_the_pinned_set():
    """uv resolves nothing that the project does not pin."""
    lock = ROOT / "uv.lock"
    if not lock.is_file():
        pytest.skip("no uv.lock: uv was not used here")
    packages = tomllib.loads(lock.read_text(encoding="utf-8"))["package"]
    locked = {package["name"]: package["version"] for package in packages}
    del locked["spinlens"]
    constraints = PROJECT["tool"]["uv"]["constraint-dependencies"]
    assert locked == pins(DIRECT) | pins(constraints)


def test_citation_and_project_agree_on_the_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["project"]["version"]
