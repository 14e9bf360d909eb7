"""A tree archived, purged, and read from its archive."""

import csv
import shutil

import netCDF4
import pytest

from chgcar_writer import Crystal, magnetic_blocks, potcar_text, write, write_run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def workflow(fresh, tmp_path_factory):
    folder = tmp_path_factory.mktemp("workflow")
    ignore = shutil.ignore_patterns("runs")
    shutil.copytree(fresh.folder, folder, dirs_exist_ok=True, ignore=ignore)
    return type(fresh)(folder)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory):
    """Runs by folders of two names, one without elements but for its POTCAR, one broken."""
    tree = tmp_path_factory.mktemp("scratch") / "my runs"
    write_run(tree / "Cr2Te" / "FM")
    write_run(tree / "Cr2Te 100%" / "AFM", blocks=magnetic_blocks(moments=(3.0, -3.0, 0.0)))
    old = write_run(
        tree / "old" / "other",
        header="vasp4",
        charge_name="CHGCAR.relax2.gz",
        blocks=magnetic_blocks(moments=(1.0, 1.0, 0.0)),
    )
    write(old / "POTCAR", potcar_text(Crystal()))
    for file in ("OUTCAR", "POSCAR", "CONTCAR"):
        (old / file).unlink()
    write(tree / "broken" / "FM" / "CHGCAR", "no density\n")
    write(tree / "labels.csv", "calculation,U\nCr2Te_FM,2\nbroken_FM,1.5\n")
    return tree


def collect(workflow, tree, *config):
    arguments = (f"calculations={tree}", "pattern={composition}/{order}/CHGCAR*", *config)
    return workflow.snakemake("collect", "--config", *arguments)


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


@pytest.fixture(scope="module")
def archive(workflow, scratch):
    """The archive after a first collection, a purge of a folder, and a second collection."""
    archive = scratch.parent / "safe"
    done = collect(workflow, scratch, f"archive={archive}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "collect: 4 calculations: 14 files stored" in done.stderr
    shutil.rmtree(scratch / "Cr2Te")
    write(scratch / "labels.csv", "calculation,U\nbroken_FM,1.5\n")
    again = collect(workflow, scratch, f"archive={archive}")
    assert again.returncode == 0, again.stdout + again.stderr
    assert "0 files stored (0.00 GB), 9 unchanged, 5 kept whose source is gone" in again.stderr
    return archive


def test_the_archive_holds_the_purged_run_and_leaves_out_what_is_licensed(archive):
    assert len(rows(archive / "manifest.tsv")) == len(list(archive.glob("*/*"))) == 14
    assert (archive / "Cr2Te_FM" / "CHGCAR").is_file()
    assert {path.name for path in (archive / "old_other").iterdir()} == {
        "CHGCAR.relax2.gz",
        "OSZICAR",
        "POTCAR.spec",
    }
    assert not list(archive.rglob("POTCAR"))


def test_the_archive_gives_the_samples_and_reasons_of_the_tree(workflow, archive, tmp_path):
    arguments = (f"calculations={archive}", f"results={tmp_path}", "select={order: [FM, other]}")
    done = workflow.snakemake("--config", *arguments, "--", "select")
    assert done.returncode == 0, done.stdout + done.stderr
    samples = [row["calculation"] for row in rows(tmp_path / "samples.tsv")]
    assert samples == ["Cr2Te_FM", "old_other"]
    excluded = {row["calculation"]: row["reason"] for row in rows(tmp_path / "excluded.tsv")}
    assert excluded.keys() == {"Cr2Te_100__AFM", "broken_FM"}
    assert "order is AFM" in excluded["Cr2Te_100__AFM"] and "not a CHGCAR" in excluded["broken_FM"]
    with netCDF4.Dataset(tmp_path / "calculations" / "Cr2Te_FM.nc") as record:
        assert (record.U, record.composition, record.order) == (2, "Cr2Te", "FM")
        assert record.total_moment_muB == pytest.approx(5.8, abs=1e-6)
    with netCDF4.Dataset(tmp_path / "calculations" / "old_other.nc") as record:
        assert list(record["site_element"][:]) == ["Cr", "Cr", "Te"]


def test_without_an_archive_there_is_one_line(workflow, scratch):
    done = collect(workflow, scratch)
    assert done.returncode != 0
    told = [line for line in done.stderr.splitlines() if line.startswith("config: ")]
    assert told == ["config: archive is null: name the folder that takes the copies"]
    assert "Traceback" not in done.stderr
