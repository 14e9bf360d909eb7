"""From a formula to samples: folders made, run (by stand-ins for VASP), and read."""

import csv
import shutil

import pytest
from pymatgen.core import Structure
from pymatgen.io.vasp import Incar

import small_project
from chgcar_writer import Crystal, magnetic_blocks, write_run

pytestmark = pytest.mark.slow

FAMILY = {
    "A": {"site": "Cr", "by": ["CoCr", "Cr"]},
    "B": {"site": "Ge", "by": ["GeP"]},
    "X": {"site": "Te", "by": ["Te"]},
}
FOLDERS = {f"{formula}GePTe6_{order}" for formula in ("CoCr", "Cr2") for order in ("FM", "AFM")}


def rows(path, dialect="excel"):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, dialect=dialect))


def copy_of(project, folder):
    shutil.copytree(project.folder, folder, symlinks=True, dirs_exist_ok=True)
    return type(project)(folder)


@pytest.fixture(scope="module")
def made(fresh, tmp_path_factory):
    """Folders of two compositions in two orders."""
    project = copy_of(fresh, tmp_path_factory.mktemp("made"))
    shutil.copytree(
        small_project.ROOT / "resources" / "structures", project.folder / "resources/structures"
    )
    project.set(decorate=FAMILY, orders=["FM", "AFM"])
    done = project.snakemake("structures")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "structures: 2 compositions; folders: 4 written" in done.stderr
    return project


@pytest.fixture
def project(made, tmp_path):
    return copy_of(made, tmp_path / "project")


def vasp(project):
    return project.folder / "results" / "structures" / "vasp"


def run(folder):
    """What VASP leaves of a run that keeps its starting moments."""
    structure = Structure.from_file(folder / "POSCAR")
    elements = tuple(site.specie.symbol for site in structure)
    crystal = Crystal(
        lattice=tuple(map(tuple, structure.lattice.matrix)),
        elements=elements,
        positions=tuple(map(tuple, structure.frac_coords)),
        valences=(6.0,) * len(set(elements)),
    )
    moments = Incar.from_file(folder / "INCAR")["MAGMOM"]
    write_run(folder, crystal=crystal, blocks=magnetic_blocks(crystal, moments=moments))


def test_each_composition_has_a_folder_an_order_and_a_row(made):
    results = made.folder / "results" / "structures"
    assert {folder.name for folder in vasp(made).iterdir() if folder.is_dir()} == FOLDERS
    assert {row["calculation"] for row in rows(results / "structures.tsv", "excel-tab")} == FOLDERS
    assert {row["calculation"] for row in rows(vasp(made) / "labels.csv")} == FOLDERS
    assert {path.name for path in (results / "poscars").glob("*.vasp")} == {
        "CoCrGePTe6.vasp",
        "Cr2GePTe6.vasp",
    }
    assert made.planned("structures") == {}


def test_finished_folders_are_calculations_with_labels(project):
    for folder in FOLDERS:
        run(vasp(project) / folder)
    arguments = ("--config", f"calculations={vasp(project)}", "results=mine", "select={order: AFM}")
    done = project.snakemake(*arguments, "--", "select")
    assert done.returncode == 0, done.stdout + done.stderr
    samples = [row["calculation"] for row in rows(project.folder / "mine/samples.tsv", "excel-tab")]
    assert samples == ["CoCrGePTe6_AFM", "Cr2GePTe6_AFM"]


def test_a_changed_config_makes_anew_what_has_not_run(project):
    finished = vasp(project) / "Cr2GePTe6_FM"
    run(finished)
    before = {path.name: path.read_bytes() for path in finished.iterdir()}
    done = project.snakemake("structures", "--config", "incar={ENCUT: 333}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 kept: VASP has run, 3 written" in done.stderr
    assert {path.name: path.read_bytes() for path in finished.iterdir()} == before
    assert "ENCUT = 333" in (vasp(project) / "Cr2GePTe6_AFM" / "INCAR").read_text()


def test_a_list_that_does_not_fit_is_one_line(project):
    project.set(decorate={"A": {"site": "Cr", "by": ["Xx"]}})
    done = project.snakemake("structures")
    lines = [line for line in done.stderr.splitlines() if "is not a sequence of elements" in line]
    # The log of the job says it, and the summary of what failed.
    assert done.returncode != 0 and lines and all("decorate.A: 'Xx'" in line for line in lines)
    assert len(lines) <= 2
    assert "Traceback" not in done.stderr
    project.set(decorate={"A": {"site": "Cr", "to": ["Fe"]}})
    refused = project.snakemake("structures", "-n")
    assert "config: decorate.A" in refused.stdout + refused.stderr


def test_agreement_is_planned_where_published_compositions_are_labelled(project):
    run(vasp(project) / "Cr2GePTe6_FM")
    arguments = ("--config", f"calculations={vasp(project)}", "results=mine")
    assert "agreement" not in project.planned(*arguments)
    shutil.copy(
        small_project.ROOT / "resources" / "published_moments.csv", project.folder / "resources"
    )
    assert project.planned(*arguments)["agreement"] == 1
    assert "agreement" not in project.planned()
