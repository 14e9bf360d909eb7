"""Records of every kind to one file on one grid."""

import netCDF4
import numpy as np
import pytest
import xarray as xr

from chgcar_writer import Crystal, magnetic_blocks, write_run
from small_records import SETTINGS, write_records
from spinlens.calculations import moment_axis, record, split
from spinlens.calculations.find import find
from spinlens.dataset.write import write_dataset
from spinlens.density import grids

GRID = (8, 8, 12)
TABLE = {
    "afm": {"U": 2, "charge": 1, "energy": "low", "sample": "x", "moment_Cr_muB": 3.0},
    "vector": {"U": "3.5 eV", "energy": "high", "total_moment": 1},
}


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    return write_records(tmp_path_factory.mktemp("runs"), TABLE)


@pytest.fixture(scope="module")
def mixed(records, tmp_path_factory):
    path = tmp_path_factory.mktemp("out") / "dataset.nc"
    write_dataset(path, records, GRID)
    with xr.open_dataset(path) as opened:
        yield opened.load()


def test_samples_are_the_records_in_their_order(mixed):
    assert mixed["sample"].values.tolist() == ["afm", "none", "single", "vector"]
    assert mixed["magnetization"].dims == ("sample", "a", "b", "c")
    assert mixed["magnetization"].shape == (4, *GRID)
    assert mixed["charge"].dtype == mixed["magnetization"].dtype == np.float32


def test_every_integral_is_kept(mixed):
    def integrals(name):
        pairs = zip(mixed[name].values, mixed["lattice"].values, strict=True)
        return [grids.integral(values, lattice) for values, lattice in pairs]

    electrons, moments = integrals("charge"), integrals("magnetization")
    assert electrons == pytest.approx([18, 18, 6, 18], abs=1e-3)
    assert moments == pytest.approx([0, 0, 2, np.hypot(3, 3.8)], abs=1e-3)
    assert mixed["total_moment"].values == pytest.approx(moments, abs=1e-3)


def test_the_vector_is_that_of_noncollinear_runs_and_no_number_for_the_others(mixed):
    vector = mixed["magnetization_vector"]
    assert vector.dims == ("sample", "component", "a", "b", "c")
    assert np.isnan(vector.values[:3]).all() and np.isfinite(vector.values[3]).all()
    total = grids.integral(vector.values[3], mixed["lattice"].values[3])
    assert total == pytest.approx([0, 3, 3.8], abs=1e-3)
    axis = total / np.linalg.norm(total)
    assert mixed["magnetization"].values[3] == pytest.approx(
        moment_axis.along(vector.values[3], axis), abs=1e-4
    )


def test_without_a_noncollinear_run_there_is_no_vector(records, tmp_path):
    write_dataset(tmp_path / "d.nc", records[:3], GRID)
    with xr.open_dataset(tmp_path / "d.nc") as collinear:
        assert "magnetization_vector" not in collinear
        assert "component" not in collinear.dims


def test_sites_are_padded(mixed):
    assert mixed["site_element"].values.tolist()[2] == ["Cr", "", ""]
    positions = mixed["site_position"].values
    assert positions[2, 0] == pytest.approx([0.2, 0.3, 0.4])
    assert np.isnan(positions[2, 1:]).all() and np.isfinite(positions[[0, 1, 3]]).all()


def test_no_label_is_lost_to_a_variable_of_the_same_name(mixed):
    assert mixed["charge_label"].values[0] == 1 and np.isnan(mixed["charge_label"].values[1])
    assert mixed["sample_label"].values.tolist() == ["x", "", "", ""]
    assert mixed["total_moment_label"].values[3] == 1
    assert mixed["energy"].attrs["units"] == "eV"
    assert mixed["energy"].values == pytest.approx(-17.5)
    assert mixed["energy_label"].values.tolist() == ["low", "", "", "high"]


def test_labels_keep_their_unit_their_source_and_their_gaps(mixed):
    assert mixed["moment_Cr"].attrs["units"] == "muB"
    assert mixed["moment_Cr"].attrs["label_source"] == "t.csv"
    assert np.isnan(mixed["moment_Cr"].values[1:]).all()
    assert mixed["U"].values.tolist() == ["2", "", "", "3.5 eV"], "texts, where one is no number"
    assert "calculation" not in mixed


def test_the_reported_moment_of_a_vector_is_its_length(mixed):
    reported = mixed["reported_moment"].values
    assert reported[[0, 2, 3]] == pytest.approx([0, 2, np.hypot(3, 3.8)], abs=1e-3)
    assert np.isnan(reported[1])


def test_labels_come_first_by_moment_and_everything_is_described(mixed):
    labels = [n for n in mixed if mixed[n].dims == ("sample",) and not n.startswith("source")]
    assert labels[0] == "total_moment"
    assert all(variable.attrs.get("long_name") for variable in mixed.variables.values())


def test_a_sample_is_a_chunk(records, tmp_path):
    write_dataset(tmp_path / "d.nc", records, GRID)
    with netCDF4.Dataset(tmp_path / "d.nc") as source:
        assert source["magnetization"].chunking() == [1, *GRID]
        assert source["magnetization_vector"].chunking() == [1, 3, *GRID]
        assert source["charge"].filters()["zlib"]


def test_a_window_spans_the_slab_and_a_longer_one_the_cell(tmp_path):
    slab = Crystal(
        lattice=((3.9, 0, 0), (-1.95, 3.377499, 0), (0, 0, 20.0)),
        positions=((0.333333, 0.666667, 0.95), (0.666667, 0.333333, 0.05), (0, 0, 0.0)),
    )
    write_run(tmp_path / "slab", crystal=slab, blocks=magnetic_blocks(slab, shape=(6, 6, 40)))
    (calculation,) = find(tmp_path)
    record.write(split.split(calculation, {}, "", SETTINGS), tmp_path / "slab.nc")
    for window, length in ((10.0, 10.0), (25.0, 20.0), (None, 20.0)):
        write_dataset(tmp_path / "d.nc", [tmp_path / "slab.nc"], (6, 6, 30), window)
        with xr.open_dataset(tmp_path / "d.nc") as opened:
            lattice, m = opened["lattice"].values[0], opened["magnetization"].values[0]
            heights = opened["site_position"].values[0, :, 2]
        assert np.linalg.norm(lattice[2]) == pytest.approx(length)
        assert grids.integral(m, lattice) == pytest.approx(5.8, abs=2e-3)
        if window == 10.0:
            assert heights == pytest.approx([0.4, 0.6, 0.5], abs=1e-3)


def test_a_window_across_the_slab_loses_moment(records, tmp_path):
    """Negative control: the integral above is that of the window."""
    write_dataset(tmp_path / "d.nc", records[2:3], (6, 6, 12), 1.0)
    with xr.open_dataset(tmp_path / "d.nc") as opened:
        m, lattice = opened["magnetization"].values[0], opened["lattice"].values[0]
    assert grids.integral(m, lattice) < 1.5


def test_no_record_is_an_error_that_says_where_to_look(tmp_path):
    with pytest.raises(ValueError, match=r"excluded\.tsv says why"):
        write_dataset(tmp_path / "dataset.nc", [], GRID)


def test_a_dataset_is_written_whole_or_not_at_all(records, tmp_path):
    (tmp_path / "broken.nc").write_text("no netCDF")
    with pytest.raises(OSError):
        write_dataset(tmp_path / "out" / "dataset.nc", [records[0], tmp_path / "broken.nc"], GRID)
    with pytest.raises(ValueError):
        write_dataset(tmp_path / "out" / "dataset.nc", records, (8, 8))
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())
