"""Samples with spin densities, what a training needs of them, and errors as quadratic forms."""

import numpy as np
import pytest
import xarray as xr

import small_densities
from small_densities import BASIS
from spinlens.atoms import density_files, density_network, density_samples
from spinlens.calculations import record
from spinlens.core.errors import SpinlensError
from spinlens.density import grids, site_moments
from spinlens.layers.equivariant import atomic_density

PREPARED = small_densities.prepared(3)
FIRST = PREPARED[0]
AXES = density_samples.contraction(BASIS, PREPARED, 4)


def field_of(coefficients, sample):
    shape = sample.magnetization.shape
    return atomic_density.assemble(BASIS, coefficients, sample.positions, sample.lattice, shape)


def test_coefficients_fitted_to_a_density_make_it():
    truth = FIRST.sample.magnetization
    error = np.abs(field_of(FIRST.coefficients, FIRST.sample) - truth).mean() / np.abs(truth).mean()
    assert error < 0.01
    other = field_of(PREPARED[1].coefficients, FIRST.sample)
    assert np.abs(other - truth).mean() / np.abs(truth).mean() > 0.1


def test_the_quadratic_form_is_the_error_on_the_grid_and_of_moments():
    sample = FIRST.sample
    kept = np.random.default_rng(0).normal(size=(4, 25, 4)) * 0.1
    forms = density_samples.quadratic_forms([FIRST], AXES)
    made = density_network.loss(forms, kept.reshape(1, -1).astype("float32")) ** 2
    field = field_of(np.einsum("cnk,ack->acn", AXES, kept), sample)
    lattice, truth = sample.lattice, sample.magnetization.astype(float)
    spheres = [site_moments.in_spheres(each, lattice, sample.positions) for each in (field, truth)]
    square = grids.integral((field - truth) ** 2, lattice)
    moments = np.sum((spheres[0] - spheres[1]) ** 2)
    moments += grids.integral(field - truth, lattice) ** 2
    direct = (square + density_samples.SITE_WEIGHT * moments) / grids.integral(truth**2, lattice)
    assert float(made[0]) == pytest.approx(direct, rel=1e-3)
    assert direct > 0.1
    without = square / grids.integral(truth**2, lattice)
    assert float(made[0]) != pytest.approx(without, rel=1e-2)


def test_no_form_is_negative_and_padding_adds_nothing():
    pair = density_samples.quadratic_forms(PREPARED[:2], AXES)
    best = np.einsum("cnk,acn->ack", AXES, FIRST.coefficients).reshape(1, -1).astype("float32")
    assert 0 < float(density_network.loss(pair[:1], best)[0]) < 0.2
    assert np.linalg.eigvalsh(pair[1].astype(float)).min() > -1e-4


def test_records_become_samples_with_the_directions_asked(tmp_path):
    for name, order, sign in (("up", "FM", 1), ("down", "Neel", -1)):
        field = FIRST.sample.magnetization
        about = {"id": name, "order": order, "order_source": "test"}
        density_files.write(tmp_path / f"{name}.nc", FIRST.sample.structure, sign * field, about)
    record.write(record.Record({"id": "bad", "excluded": "cut"}, {}), tmp_path / "bad.nc")
    files = [tmp_path / f"{name}.nc" for name in ("up", "bad", "down")]
    magnetic = {"Ti": 1.0, "Cr": 3.0, "Te": 0.0}
    up, down = density_samples.read(files, magnetic)
    assert up.directions.tolist() == [1, 1, 0, 0] and up.group == "Cr-Ti"
    assert down.directions.tolist() == [-1, -1, 0, 0]
    assert up.name == "up" and up.composition == FIRST.sample.composition
    assert up.magnetization == pytest.approx(field)
    with pytest.raises(SpinlensError, match="name the magnetic elements"):
        density_samples.read(files, {"Fe": 4.0})
    with xr.open_dataset(tmp_path / "up.nc") as opened:
        assert opened["magnetization"].attrs["units"] == "muB angstrom-3"
