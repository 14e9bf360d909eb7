"""A copy of the workflow over a small tree of calculations, run once; tests work on copies."""

import pytest

import small_project
from chgcar_writer import write
from workflow_project import METALS, MOMENTS, SMALL, Project, copy_of


@pytest.fixture(scope="session")
def fresh(tmp_path_factory):
    """The workflow as cloned, with ten good calculations and one bad one; nothing has run."""
    moments = {metal: float(moment) for metal, moment in zip(METALS, MOMENTS, strict=True)}
    folder = small_project.make(tmp_path_factory.mktemp("fresh"), moments, **SMALL)
    write(folder / "runs" / "broken" / "CHGCAR", "no density at all\n")
    return Project(folder)


@pytest.fixture(scope="session")
def finished(fresh, tmp_path_factory):
    """The whole main job, run once."""
    project = copy_of(fresh.folder, tmp_path_factory.mktemp("finished"))
    done = project.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture
def project(finished, tmp_path):
    """A copy of the finished project, to change."""
    return copy_of(finished.folder, tmp_path / "project")
