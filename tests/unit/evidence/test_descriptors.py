import netCDF4
import numpy as np
import pytest

from spinlens.core import netcdf
from spinlens.evidence import BASELINES, descriptors

GRID = (16, 16, 30)
LATTICE = np.diag([4.0, 5.0, 10.0])


def wave(mean, amplitude):
    """Magnetization density with the integral `mean` × 200 Å³."""
    a = np.arange(GRID[0]) / GRID[0]
    return np.broadcast_to(
        mean + amplitude * np.cos(2 * np.pi * a)[:, np.newaxis, np.newaxis], GRID
    )


@pytest.fixture(scope="module")
def dataset(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "dataset.nc"
    with netCDF4.Dataset(path, "w") as output:
        output.createDimension("sample", 2)
        output.createDimension("site", 3)
        netcdf.define_grid(output, GRID)
        grid = ("sample", *"abc")
        for name, kind, dims in (
            ("sample", str, ("sample",)),
            ("magnetization", "f4", grid),
            ("lattice", "f8", ("sample", "vector", "direction")),
            ("site_element", str, ("sample", "site")),
            ("site_moment", "f8", ("sample", "site")),
        ):
            netcdf.variable(output, name, kind, dims, {})
        for index, (name, sites) in enumerate({"x_FM": "Cr Te Te", "y_AFM": "Te Fe "}.items()):
            output["sample"][index] = name
            output["lattice"][index] = LATTICE
            output["site_element"][index] = np.array(sites.split(" "), dtype=object)
        output["site_moment"][:] = [[3.0, -0.1, -0.2], [-0.1, 2.0, np.nan]]
        output["magnetization"][0], output["magnetization"][1] = wave(0.02, 0.01), wave(0, 0.01)
    return path


@pytest.fixture(scope="module")
def read(dataset, tmp_path_factory):
    path = tmp_path_factory.mktemp("made") / "descriptors.nc"
    descriptors.write(path, dataset)
    return descriptors.read(path)


def test_integrals_of_a_wave(read):
    assert read.integral == pytest.approx([4.0, 0.0], abs=1e-5)
    assert read.negative_integral[0] == pytest.approx(0, abs=1e-6)
    # half of a cosine: its mean is amplitude / π, up to the grid's 16 points
    assert read.positive_integral[1] == pytest.approx(0.01 * 200 / np.pi, rel=0.02)
    assert read.positive_integral - read.negative_integral == pytest.approx(read.integral)


def test_the_coarse_density_of_m_is_exact_for_a_wave(read):
    table = read.features("density_pca", "signed").reshape(2, *descriptors.COARSE_GRID)
    a = np.arange(12) / 12
    expected = 0.02 + 0.01 * np.cos(2 * np.pi * a)
    assert table[0, :, 5, 7] == pytest.approx(expected, abs=1e-6)
    assert read.features("density_pca", "parts").shape == (2, 2 * 12 * 12 * 24)


def test_unit_norm_hides_the_scale_of_a_density_and_nothing_else(read):
    def density(factor, unit_norm):
        scaled = descriptors.replace(read, coarse_density=factor * read.coarse_density)
        return scaled.features("density_pca", "signed", unit_norm)

    assert density(3, True) == pytest.approx(density(1, True), rel=1e-5)
    assert np.linalg.norm(density(3, True), axis=1) == pytest.approx(1, rel=1e-6)
    assert density(3, False) == pytest.approx(3 * density(1, False), rel=1e-5)
    assert density(0, True) == pytest.approx(0, abs=0)


def test_every_baseline_has_features_and_samples_are_taken_by_id(read):
    assert list(read.formula) == ["CrTe2", "FeTe"]
    for name in BASELINES:
        if name == "input_statistics":  # of the network's own input, which no file holds
            continue
        assert np.isfinite(read.features(name)).all()
        assert len(read.features(name)) == 2
    assert list(read.of(["y_AFM", "x_FM"]).formula) == ["FeTe", "CrTe2"]
    with pytest.raises(ValueError, match="z is missing"):
        read.of(["z"])


def test_site_moments_give_their_features(read):
    assert read.features("sites") == pytest.approx(
        np.array([[1, 9, 3, -0.3, 1], [1, 4, 2, -0.1, 1]])
    )
    assert read.features("site_ratio") == pytest.approx(np.ones((2, 1)))
    assert read.strongest_moment == pytest.approx([3, 2])


def test_unit_norm_hides_the_size_of_the_site_moments(read):
    hidden = read.features("sites", unit_norm=True)
    assert hidden == pytest.approx(np.array([[1, 1, -0.1], [1, 1, -0.05]]))
    double = descriptors.replace(
        read,
        sites=read.sites * [1, 4, 2, 2, 1],
        strongest_moment=2 * read.strongest_moment,
    )
    assert double.features("sites", unit_norm=True) == pytest.approx(hidden)
    assert not np.allclose(double.features("sites"), read.features("sites"))
