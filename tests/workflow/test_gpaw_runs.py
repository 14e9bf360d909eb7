"""From a formula to samples without VASP: by GPAW where it is installed, by stand-ins elsewhere."""

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time

import netCDF4
import numpy as np
import pytest

import small_project
from background import background

pytestmark = pytest.mark.slow

REQUIRED = "SPINLENS_REQUIRE_GPAW"
PYTHON = "/usr/bin/python3"
FAMILY = {
    "A": {"site": "Cr", "by": ["Cr"]},
    "B": {"site": "Ge", "by": ["Ge"]},
    "X": {"site": "Te", "by": ["Te"]},
}
FM, AFM = "Cr2Ge2Te6_FM", "Cr2Ge2Te6_AFM"
STAND_IN = """#!{python}
import json, sys
from pathlib import Path
import numpy as np
program, *arguments = sys.argv[1:]
if arguments == ["--version"]:
    print(json.dumps({{"gpaw": "0", "ase": "0"}}))
    sys.exit()
given, folder = json.loads(Path(arguments[0]).read_text()), Path(arguments[1])
(folder / "gpaw.txt").write_text("a stand-in")
moments = given["moments"]
if min(moments) < 0:
    print("KohnShamConvergenceError: not today", file=sys.stderr)
    sys.exit(3)
volume = abs(np.linalg.det(given["lattice"]))
ripple = 1 + 0.1 * np.cos(2 * np.pi * np.arange(16) / 16)
spins = np.array([31.0, 25.0])[:, None, None, None] * np.broadcast_to(ripple, (2, 12, 12, 16))
np.save(folder / "density.npy", spins / volume)
scf = {{"energy_eV": -44.5, "total_moment_muB": 6.0, "local_moments_muB": moments,
       "valence_electrons": 56.0, "steps": 20, "scf_seconds": 1.0,
       "positions": given["positions"]}}
(folder / "scf.json").write_text(json.dumps(scf))
"""


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        dialect = "excel-tab" if path.suffix == ".tsv" else "excel"
        return {row["calculation"]: row for row in csv.DictReader(file, dialect=dialect)}


def family(fresh, folder, **keys):
    """The workflow as cloned; Cr2Ge2Te6 in two orders is all that is asked of it."""
    shutil.copytree(fresh.folder, folder, symlinks=True, dirs_exist_ok=True)
    resources = "resources/structures"
    shutil.copytree(small_project.ROOT / resources, folder / resources)
    project = type(fresh)(folder)
    project.set(decorate=FAMILY, orders=["FM", "AFM"], **keys)
    return project


@pytest.fixture
def stood_in(fresh, tmp_path):
    """A project whose GPAW is a stand-in, for which an antiferromagnet has no solution."""
    python = tmp_path / "python; touch HELLO"
    python.write_text(STAND_IN.format(python=sys.executable))
    python.chmod(0o755)
    return family(fresh, tmp_path / "project", gpaw_python=str(python))


def run_folder(project):
    return project.folder / "results" / "structures" / "gpaw"


def split(project, calculation):
    """The record that the main job makes of a computed calculation."""
    file = f"mine/calculations/{calculation}.nc"
    arguments = (f"calculations={run_folder(project)}", "results=mine")
    done = project.snakemake("--config", *arguments, "--", file)
    assert done.returncode == 0, done.stdout + done.stderr
    return netCDF4.Dataset(project.folder / file)


def test_a_failure_stops_nothing_and_nothing_is_computed_twice(stood_in):
    done = stood_in.snakemake("structures", "--config", "engine=gpaw")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "gpaw: 2 calculations, 1 failed" in done.stderr
    assert f"gpaw: {AFM} failed: KohnShamConvergenceError: not today" in done.stderr
    table = rows(stood_in.folder / "results" / "structures" / "gpaw.tsv")
    assert (table[AFM]["ladder_step"], table[AFM]["converged"]) == ("1", "False")
    assert list(rows(run_folder(stood_in) / "labels.csv")) == [FM]
    with split(stood_in, FM) as record:
        assert record.getncattr("order_final") == "FM"
        assert record.getncattr("total_moment_muB") == pytest.approx(6, abs=1e-5)
    assert not list(stood_in.folder.parent.rglob("HELLO"))

    assert stood_in.planned("gpaw") == {}
    decorate = json.dumps(FAMILY | {"A": {"site": "Cr", "by": ["Cr", "VCr"]}})
    assert stood_in.planned("gpaw", "--config", f"decorate={decorate}") == {
        "gpaw_orders": 1,
        "gpaw_calculation": 2,
        "gpaw_tables": 1,
        "gpaw": 1,
    }
    shutil.rmtree(run_folder(stood_in) / FM)
    assert stood_in.planned("gpaw") == {"gpaw_calculation": 1, "gpaw": 1}


def test_runs_that_have_ended_outlive_edits_and_new_orders(stood_in):
    stood_in.set(decorate=FAMILY, orders=["FM"])
    assert stood_in.snakemake("gpaw").returncode == 0
    runs = stood_in.folder / "results" / "structures" / "gpaw_runs"
    [first] = runs.iterdir()
    written = (first / "run.json").stat().st_mtime_ns
    with open(stood_in.folder / "workflow/spinlens/structures/gpaw_orders.py", "a") as file:
        file.write("\n# an edit\n")
    done = stood_in.snakemake("gpaw", "--config", "orders=[FM, zigzag]")
    assert done.returncode == 0, done.stdout + done.stderr
    assert (first / "run.json").stat().st_mtime_ns == written
    zigzag = json.loads((run_folder(stood_in) / "Cr2Ge2Te6_zigzag" / "result.json").read_text())
    assert zigzag["kpoints"] == [3, 6, 1] and len(zigzag["elements"]) == 20
    assert len([each for each in runs.iterdir() if each.name.startswith("Cr2Ge2Te6_FM")]) == 1


def test_without_gpaw_one_line_says_what_to_install(stood_in):
    done = stood_in.snakemake("gpaw", "--config", f"gpaw_python={sys.executable}")
    # The job says it, and the log of the failed job, which Snakemake shows.
    told = next(line for line in done.stderr.splitlines() if "has no GPAW: " in line)
    assert done.returncode != 0 and "install the Debian packages gpaw, gpaw-data" in told
    assert "Traceback" not in done.stderr
    assert not run_folder(stood_in).exists() or not list(run_folder(stood_in).iterdir())


def test_what_gpaw_does_not_do_is_refused(stood_in):
    done = stood_in.snakemake("gpaw", "-n", "--config", "spin_orbit=true")
    message = "config: spin_orbit: GPAW computes without it; leave it false"
    assert message in done.stdout + done.stderr
    assert done.returncode != 0


@pytest.fixture(scope="module")
def real_gpaw():
    """The real GPAW, or the reason why there is none (which REQUIRED makes an error)."""
    found = subprocess.run([PYTHON, "-c", "import gpaw"], capture_output=True)
    if found.returncode and os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, but {PYTHON} has no GPAW")
    if found.returncode:
        pytest.skip(f"{PYTHON} has no GPAW: Debian's gpaw, gpaw-data and python3-ase")
    return PYTHON


@pytest.fixture
def with_gpaw(fresh, tmp_path, real_gpaw):
    """A project and the real GPAW."""
    return family(fresh, tmp_path / "project", gpaw_python=PYTHON, gpaw_kpoints=[2, 2, 1])


HYDROGEN = """
import sys
sys.path.insert(0, {workflow!r})
from pathlib import Path
from pymatgen.core import Lattice, Structure
from spinlens.structures import gpaw
atom = Structure(Lattice.cubic(5.0), ["H"], [[0.5, 0.5, 0.5]])
given = gpaw.asked(atom, [1.0], (1, 1, 1), gpaw.LADDER[0])
done = gpaw.run({python!r}, "H", given, (8, 8, 8), Path({store!r}), minutes={minutes})
"""


def hydrogen(store, minutes):
    """A run of GPAW on a hydrogen atom, as a process."""
    workflow = str(small_project.ROOT / "workflow")
    text = HYDROGEN.format(workflow=workflow, python=PYTHON, store=str(store), minutes=minutes)
    return background([sys.executable, "-c", text], store.parent / "said.txt", kill_all,
                      start_new_session=True)  # fmt: skip


def kill_all(process):
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def test_an_interrupted_run_goes_on_from_its_restart_file(real_gpaw, tmp_path):
    results = {}
    for name in ("whole", "parts"):
        store = tmp_path / name
        if name == "parts":
            with hydrogen(store, 0) as run:
                while not list(store.glob(".H-*.gpw")):
                    assert run.poll() is None, (tmp_path / "said.txt").read_text()
                    time.sleep(0.02)
        with hydrogen(store, 60) as run:
            assert run.wait(timeout=600) == 0, (tmp_path / "said.txt").read_text()
        [file] = store.glob("H-*/run.json")
        results[name] = json.loads(file.read_text())["result"]
        assert not list(store.glob(".H-*.gpw"))
    whole, parts = results["whole"], results["parts"]
    assert (whole["restarted"], parts["restarted"]) == (False, True)
    assert parts["energy_eV"] == pytest.approx(whole["energy_eV"], abs=1e-5)
    assert parts["total_moment_muB"] == pytest.approx(1.0, abs=1e-3)


def test_gpaw_finds_the_ferromagnet(with_gpaw):
    done = with_gpaw.snakemake("gpaw")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "gpaw: 2 calculations, 0 failed" in done.stderr
    labels = rows(run_folder(with_gpaw) / "labels.csv")
    ferromagnet, antiferromagnet = labels[FM], labels[AFM]
    assert float(ferromagnet["total_moment_muB"]) == pytest.approx(6.0, abs=0.05)
    assert float(antiferromagnet["total_moment_muB"]) == pytest.approx(0.0, abs=0.05)
    assert (ferromagnet["order_final"], antiferromagnet["order_final"]) == ("FM", "Neel")
    assert 50 < float(ferromagnet["exchange_meV"]) < 200
    lower = {run["lower_of_FM_Neel"] for run in (ferromagnet, antiferromagnet)}
    assert lower == {"FM"}
    record = json.loads((run_folder(with_gpaw) / FM / "result.json").read_text())
    local = dict(zip(range(10), record["scf"]["local_moments_muB"], strict=True))
    tellurium = [local[site] for site, of in enumerate(record["elements"]) if of == "Te"]
    spin_orbit = record["scf"]["spin_orbit_energies_eV"]
    assert 1e-5 < abs(spin_orbit["x"] - spin_orbit["z"]) < 0.01
    assert spin_orbit["x"] == pytest.approx(spin_orbit["y"], abs=1e-4)  # a threefold axis
    assert len(tellurium) == 6 and -0.15 < min(tellurium) <= max(tellurium) < -0.03

    with split(with_gpaw, FM) as split_record:
        assert "excluded" not in split_record.ncattrs()
        magnetization = split_record["magnetization"][:].astype(float)
        volume = abs(np.linalg.det(split_record["lattice"][:]))
        assert magnetization.shape == (36, 36, 80)
        moment = float(ferromagnet["total_moment_muB"])
        assert magnetization.mean() * volume == pytest.approx(moment, abs=1e-3)
        assert magnetization.min() < -0.01  # on Te
