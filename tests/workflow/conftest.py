"""A copy of the workflow over a small tree of calculations, run once; tests work on copies."""

import os

import pytest

import small_project
from chgcar_writer import write
from spinlens.core.lock import one_writer
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
    """The whole main job, run once; every worker of pytest takes a copy of the same run."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return main_job(fresh.folder, tmp_path_factory.mktemp("finished"))
    shared = tmp_path_factory.getbasetemp().parent  # of all workers
    with one_writer(shared / "main_job.lock"):
        if not (shared / "main_job").is_dir():
            main_job(fresh.folder, shared / "main_job.part").folder.rename(shared / "main_job")
    return copy_of(shared / "main_job", tmp_path_factory.mktemp("finished"))


def main_job(fresh, folder):
    project = copy_of(fresh, folder)
    done = project.snakemake()
    assert done.returncode == 0, done.stdout + done.stderr
    return project


@pytest.fixture
def project(finished, tmp_path):
    """A copy of the finished project, to change."""
    return copy_of(finished.folder, tmp_path / "project")
