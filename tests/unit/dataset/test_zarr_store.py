"""A dataset is the same from either format; a store is whole, checked, read sample by sample."""

import tracemalloc
import warnings

import numpy as np
import pytest
import xarray as xr

from hyperparameters import hyperparameters
from small_dataset import as_store, write_small_dataset
from small_records import write_records
from spinlens.core.files import whole
from spinlens.dataset import zarr_store
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import open_dataset
from spinlens.dataset.write import write_dataset

GRID, IN_SHARD, FORMATS = (8, 8, 12), 3, ("dataset.nc", "dataset.zarr")
TABLE = {"afm": {"U": 2, "mark": "Σ", "moment_Cr_muB": 3.0}, "vector": {"U": "3.5 eV"}}


@pytest.fixture(scope="module")
def records(tmp_path_factory):
    return write_records(tmp_path_factory.mktemp("runs"), TABLE)


@pytest.fixture(scope="module")
def folder(records, tmp_path_factory):
    """One dataset in both formats: of the store, one shard is full and one is not."""
    place = tmp_path_factory.mktemp("out")
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(zarr_store, "SHARD_BYTES", IN_SHARD * 4 * np.prod(GRID))
        for name in FORMATS:
            write_dataset(place / name, records, GRID)
    return place


def require_same(one, other):
    """To the last digit: values, types, dimensions, attributes, and the order of variables."""
    assert list(one) == list(other)
    assert one.attrs | {"history": ""} == other.attrs | {"history": ""}
    assert set(one.coords) == set(other.coords)
    for name in one.variables:
        a, b = one[name], other[name]
        assert (a.dims, a.dtype, a.attrs) == (b.dims, b.dtype, b.attrs), name
        np.testing.assert_array_equal(a.values, b.values)


def test_both_formats_hold_the_same(folder):
    with open_dataset(folder / FORMATS[0]) as file, open_dataset(folder / FORMATS[1]) as store:
        require_same(file, store)
        assert {"magnetization_vector", "total_moment", "site_element", "U"} <= set(store)


def test_another_last_digit_or_text_or_unit_is_noticed(folder):
    """The control of the comparison."""
    with open_dataset(folder / FORMATS[0]) as file, open_dataset(folder / FORMATS[1]) as store:
        for name, change in (
            ("charge", lambda values: np.nextafter(values, np.float32(9))),
            ("mark", lambda values: np.where(values == "Σ", "S", values)),
        ):
            other = store.load().copy(deep=True)
            other[name].values = change(other[name].values)
            with pytest.raises(AssertionError):
                require_same(file, other)
        other = store.copy()
        other["lattice"].attrs = {}
        with pytest.raises(AssertionError):
            require_same(file, other)


def test_a_shard_holds_samples_and_a_chunk_one(folder):
    shards = [path for path in (folder / FORMATS[1] / "charge" / "c").rglob("*") if path.is_file()]
    assert len(shards) == 2  # of four samples
    encoding = xr.open_zarr(folder / FORMATS[1], chunks=None)["charge"].encoding
    assert encoding["chunks"] == (1, *GRID) and encoding["shards"] == (IN_SHARD, *GRID)


def test_xarray_reads_a_store_without_a_warning_though_other_files_lie_there(folder):
    (folder / FORMATS[1] / ".snakemake_timestamp").touch()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        opened = xr.open_zarr(folder / FORMATS[1], chunks=None).load()
    assert opened["sample"].values.tolist() == ["afm", "none", "single", "vector"]


@pytest.mark.parametrize("former", [0, 2])
def test_a_store_is_written_whole_or_not_at_all(records, tmp_path, monkeypatch, former):
    place = tmp_path / FORMATS[1]
    if former:
        write_dataset(place, records[:former], GRID)
    with monkeypatch.context() as patched, pytest.raises(RuntimeError):
        patched.setattr(zarr_store.Store, "finish", failing)  # when all fields are written
        write_dataset(place, records, GRID)
    assert [path.name for path in tmp_path.iterdir()] == [FORMATS[1]] * bool(former)
    if former:
        with open_dataset(place) as kept:
            assert kept["sample"].values.tolist() == ["afm", "none"]


def failing(_):
    raise RuntimeError


def test_what_an_interruption_leaves_is_not_taken_and_not_in_the_way(records, tmp_path):
    """As when the process is killed: nothing is removed, and no name is final."""
    writing = whole(tmp_path / FORMATS[1])
    left = writing.__enter__()
    write_dataset(left, records[:1], GRID)
    assert [path.name for path in tmp_path.iterdir()] == [left.name]
    assert left.name.startswith(".") and not (tmp_path / FORMATS[1]).exists()
    write_dataset(tmp_path / FORMATS[1], records[1:3], GRID)
    with open_dataset(tmp_path / FORMATS[1]) as opened:
        assert opened["sample"].values.tolist() == ["none", "single"]
    writing.gen.close()


def test_a_damaged_chunk_is_refused_and_the_others_are_read(folder, records, tmp_path):
    write_dataset(tmp_path / FORMATS[1], records[:2], GRID)
    (shard,) = [
        path for path in (tmp_path / FORMATS[1] / "charge" / "c").rglob("0") if path.is_file()
    ]
    content = bytearray(shard.read_bytes())
    content[20] ^= 1  # of the first sample
    shard.write_bytes(content)
    with open_dataset(tmp_path / FORMATS[1]) as opened:
        with pytest.raises(ValueError, match="checksum"):
            opened["charge"][0].load()
        assert np.isfinite(opened["charge"][1].values).all()


def peak(path, whole_field=False):
    """Largest memory, bytes, while inputs of two samples are read; or the field of all of them."""
    point = hyperparameters(channels="signed", normalization="none")
    tracemalloc.start()
    try:
        with Inputs(path, point) as inputs:
            assert np.isfinite([inputs[0], inputs[5]]).all()
        if whole_field:
            with open_dataset(path) as opened:
                opened["magnetization"].load()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", FORMATS)
def test_memory_of_a_batch_does_not_grow_with_the_number_of_samples(name, tmp_path):
    paths = []
    for samples in (12, 96):
        file = tmp_path / f"{samples}" / FORMATS[0]
        file.parent.mkdir()
        m = np.random.default_rng(0).normal(size=(samples, 24, 24, 24)).astype("f4")
        write_small_dataset(file, np.eye(3), magnetization=m)
        paths.append(file if name == FORMATS[0] else as_store(file))
    peak(paths[0])  # imports
    few, many = map(peak, paths)
    assert 0.8 < many / few < 1.25
    assert peak(paths[1], whole_field=True) > 4 * many, "the control: all samples at once"
