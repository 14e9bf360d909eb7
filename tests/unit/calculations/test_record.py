"""The record of a calculation: what is written is what was read, or why there is nothing."""

import os

import netCDF4
import numpy as np
import pytest

from chgcar_writer import charge_text, magnetic_blocks, noncollinear_blocks, write
from spinlens.calculations import record, split
from spinlens.calculations.charge_file import read_charge_file
from spinlens.calculations.find import Calculation
from spinlens.density import grids

SETTINGS = {"moment_axis": [0, 0, 1]}


@pytest.fixture
def calculation(tmp_path):
    path = write(tmp_path / "run" / "CHGCAR", charge_text(magnetic_blocks()))
    return Calculation("run", str(path.parent), str(path))


def admitted(calculation, labels=None):
    stored = read_charge_file(calculation.charge_file)
    densities = grids.split(stored.charge, stored.magnetization, stored.lattice)
    return split.admitted(calculation, stored, *densities, labels or {}, SETTINGS)


def read(path):
    with netCDF4.Dataset(path) as source:
        source.set_auto_mask(False)
        attributes = {name: source.getncattr(name) for name in source.ncattrs()}
        return attributes, {name: source[name][:] for name in source.variables}


def written(outcome, folder):
    record.write(outcome, folder / "record.nc")
    return read(folder / "record.nc")


def test_grids_integrate_to_electrons_and_moment(calculation, tmp_path):
    attributes, arrays = written(admitted(calculation), tmp_path)
    assert grids.integral(arrays["charge"], arrays["lattice"]) == pytest.approx(18, abs=1e-4)
    moment = grids.integral(arrays["magnetization"], arrays["lattice"])
    assert moment == pytest.approx(5.8, abs=1e-4)
    assert attributes["total_moment_muB"] == pytest.approx(5.8, abs=1e-6)
    assert attributes["total_moment_muB_source"] == "integral of the magnetization density"


def test_the_structure_and_the_units_are_kept(calculation, tmp_path):
    _, arrays = written(admitted(calculation), tmp_path)
    assert arrays["lattice"][1] == pytest.approx([-1.95, 3.377499, 0], abs=1e-6)
    assert arrays["site_position"][0] == pytest.approx([0.333333, 0.666667, 0.25])
    assert list(arrays["site_element"]) == ["Cr", "Cr", "Te"]
    assert arrays["a"] == pytest.approx(np.arange(6) / 6)
    with netCDF4.Dataset(tmp_path / "record.nc") as source:
        assert source["magnetization"].dimensions == ("a", "b", "c")
        known = record.VARIABLES.keys() & source.variables.keys()
        units = {name: getattr(source[name], "units", None) for name in known}
    assert units == {
        "charge": "e angstrom-3",
        "magnetization": "muB angstrom-3",
        "lattice": "angstrom",
        "site_position": "1",
        "site_element": None,
        "site_moment": "muB",
        "site_moment_voronoi": "muB",
    }


def test_a_noncollinear_run_keeps_its_vector_beside_the_projection(tmp_path):
    path = write(tmp_path / "run" / "CHGCAR", charge_text(noncollinear_blocks()))
    calculation = Calculation("run", str(path.parent), str(path))
    attributes, arrays = written(admitted(calculation), tmp_path)
    total = grids.integral(arrays["magnetization_vector"], arrays["lattice"])
    assert total == pytest.approx([0, 3, 3.8], abs=1e-4)
    assert attributes["projection_axis"] == pytest.approx(total / np.linalg.norm(total), abs=1e-5)
    projection = np.tensordot(attributes["projection_axis"], arrays["magnetization_vector"], axes=1)
    assert arrays["magnetization"] == pytest.approx(projection, abs=1e-5)
    assert attributes["total_moment_muB"] == pytest.approx(np.hypot(3, 3.8), abs=1e-5)


def test_a_reported_moment_is_kept_beside_the_integral(calculation):
    labels = {"total_moment_muB": (5.79, "OSZICAR"), "energy_eV": (-17.5, "OUTCAR")}
    attributes = admitted(calculation, labels).attributes
    assert attributes["reported_moment_muB"] == 5.79
    assert attributes["reported_moment_muB_source"] == "OSZICAR"
    assert attributes["total_moment_muB"] == pytest.approx(5.8, abs=1e-6)
    assert record.labels_of(attributes)["energy_eV"] == (-17.5, "OUTCAR")


LABELS = {
    "id": (7, "path"),
    "source": ("journal", "labels.csv"),
    "excluded": ("no", "labels.csv"),
    "note": ("a note", "labels.csv"),
    "energy_eV": (-17.5, "OSZICAR"),
    "energy_eV_source": ("a colleague", "labels.csv"),
    "converged": (True, "OSZICAR"),
    "large": (10**30, "labels.csv"),
    "formula": ("Cr₂Te", "path"),
    "local_moments_muB": ([[0.0, 0.1, 2.9], [0.0, 0.0, 3.0]], "OUTCAR"),
}


def test_no_label_hides_another_or_what_the_record_says_of_itself(calculation, tmp_path):
    attributes, _ = written(admitted(calculation, LABELS), tmp_path)
    assert (attributes["id"], attributes["source"]) == ("run", calculation.charge_file)
    assert "excluded" not in attributes
    found = record.labels_of(attributes)
    assert found.keys() == LABELS.keys() | {"total_moment_muB", "order_final"}
    assert found["local_moments_muB"][0] == pytest.approx([0, 0.1, 2.9, 0, 0, 3.0])
    assert found["large"][0] == pytest.approx(1e30)
    same = LABELS.keys() - {"large", "local_moments_muB"}
    assert {name: found[name] for name in same} == {name: LABELS[name] for name in same}


def test_a_label_that_is_no_utf8_is_kept_with_escapes(calculation, tmp_path):
    name = os.fsdecode(b"\xe9t\xe9")
    attributes, _ = written(admitted(calculation, {"season": (name, name)}), tmp_path)
    assert attributes["season"] == attributes["season_source"] == "\\xe9t\\xe9"


def test_the_same_densities_are_known_again_under_another_compression(tmp_path):
    digests, files = {}, {}
    changed = magnetic_blocks()
    changed[1][2, 3, 4] += 1e-3
    for name, blocks in {"CHGCAR": None, "CHGCAR.gz": None, "CHGCAR.new": changed}.items():
        path = write(tmp_path / name / name, charge_text(blocks or magnetic_blocks()))
        attributes = admitted(Calculation(name, str(path.parent), str(path))).attributes
        digests[name], files[name] = attributes["content_sha256"], attributes["source_sha256"]
    assert digests["CHGCAR"] == digests["CHGCAR.gz"]
    assert files["CHGCAR"] != files["CHGCAR.gz"]
    assert digests["CHGCAR"] != digests["CHGCAR.new"], "negative control: one voxel differs"


def test_an_excluded_record_holds_the_reason_in_one_line_and_no_grid(calculation, tmp_path):
    outcome = split.excluded(calculation, "cut:\n copy it\tagain")
    attributes, arrays = written(outcome, tmp_path)
    assert attributes["excluded"] == "cut: copy it again"
    assert attributes["source"] == calculation.charge_file
    assert arrays == {}


def test_a_reason_says_how_the_file_was_chosen():
    calculation = Calculation("run", "run", "run/CHGCAR", {}, "the folder cannot be read")
    outcome = split.excluded(calculation, "CHGCAR is gone")
    assert outcome.attributes["excluded"] == "CHGCAR is gone; the folder cannot be read"
    assert outcome.attributes["source_sha256"] == ""


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "CHGCAR")
    calculation = Calculation("run", str(tmp_path), str(tmp_path / "CHGCAR"))
    assert split.excluded(calculation, "no regular file").attributes["source_sha256"] == ""


def test_a_record_is_written_whole_or_not_at_all(calculation, tmp_path):
    outcome = admitted(calculation)
    outcome.arrays["unknown"] = np.zeros(3)
    with pytest.raises(KeyError):
        record.write(outcome, tmp_path / "out" / "record.nc")
    assert list((tmp_path / "out").iterdir()) == []
