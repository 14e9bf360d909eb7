"""GPAW from predicted moments and densities: what each start asks, and what is compared."""

import importlib.util
from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from ase import Atoms
from ase.units import Bohr

import small_densities
from small_crystals import PAIRS
from spinlens.atoms import density_files, density_starts
from spinlens.density import site_moments
from spinlens.structures import gpaw

SAMPLES = [small_densities.sample(pair) for pair in PAIRS]
SAMPLE = SAMPLES[0]
MOMENTS = {PAIRS[0][0]: 4.0, PAIRS[0][1]: 3.0}
SETTINGS = {
    "starting_moments": MOMENTS, "cell_height": 16, "kpoint_spacing": 0.2,
    "gpaw_kpoints": [3, 3, 1], "hubbard_u": None,
}  # fmt: skip


def _program():
    place = importlib.util.spec_from_file_location("gpaw_scf", gpaw.PROGRAM)
    program = importlib.util.module_from_spec(place)
    place.loader.exec_module(program)
    return program


@pytest.fixture
def files(tmp_path):
    """Records of a calculation and of a prediction."""
    field = 0.5 * SAMPLE.magnetization
    about = {"id": SAMPLE.name, "order": "FM", "order_source": "test"}
    density_files.write(tmp_path / "own.nc", SAMPLE.structure, SAMPLE.magnetization, about)
    density_files.write(tmp_path / "other.nc", SAMPLE.structure, field, {"id": SAMPLE.name})
    return tmp_path / "own.nc", tmp_path / "other.nc"


def test_the_first_of_each_set_of_elements_is_written(tmp_path):
    samples = [SAMPLES[1], SAMPLE._replace(name="zz"), SAMPLE]
    fields = [2 * each.magnetization for each in samples]
    density_files.write_one_of_each_group(tmp_path, samples, fields.__getitem__)
    found = sorted(file.stem for file in tmp_path.iterdir())
    assert found == sorted([SAMPLES[1].name, SAMPLE.name])
    with xr.open_dataset(tmp_path / f"{SAMPLE.name}.nc") as opened:
        assert opened["magnetization"].values == pytest.approx(fields[2])


def test_moments_are_those_of_each_density(files):
    with xr.open_dataset(files[0]) as own, xr.open_dataset(files[1]) as other:
        found = density_starts.starts(own, other, np.array([4.0, 3, 0, 0]))
    expected = site_moments.in_spheres(SAMPLE.magnetization, SAMPLE.lattice, SAMPLE.positions)
    for name, share in (("predicted", 0.5), ("computed", 1)):
        moments, field, charge = found[f"{name}_density"]
        assert charge is None and f"{name}_both_densities" not in found
        assert moments == pytest.approx(share * expected, abs=1e-4)
        assert field == pytest.approx(share * SAMPLE.magnetization, abs=1e-4)
    assert found["predicted_moments"][0].tolist() == found["predicted_density"][0].tolist()
    assert found["predicted_moments"][1] is None
    assert found["moments_of_elements"][0].tolist() == [4, 3, 0, 0]


def test_every_start_is_run_and_energies_are_compared(monkeypatch, tmp_path, files):
    asked = []

    def run(python, name, given, grid, store, threads, minutes):
        asked.append((name, given, tuple(grid)))
        scf = {"steps": 20 - len(asked), "energy_eV": -1.0 - 0.1 * len(asked)}
        return gpaw.Run(tmp_path, None if "uniform" in name else scf, "")

    monkeypatch.setattr(gpaw, "run", run)
    rows = density_starts.compare(*files, SETTINGS, "python", tmp_path)
    assert [row["steps"] for row in rows] == [19, 18, 17, 16, None]
    assert [row["above_lowest_eV"] for row in rows] == [0.3, 0.2, 0.1, 0, None]
    assert all(given["kpoints"] == [3, 3, 1] for _, given, _ in asked)
    assert {grid for _, _, grid in asked} == {small_densities.GRID}
    assert ["magnetization" in given for _, given, _ in asked] == [False, False, True, True, False]
    field = np.array(asked[2][1]["magnetization"]["muB_per_cubic_angstrom"])
    assert field == pytest.approx(0.5 * SAMPLE.magnetization, abs=1e-4)
    assert asked[0][1]["moments"] == [4, 3, 0, 0]
    assert asked[1][1]["moments"] == asked[2][1]["moments"] != asked[3][1]["moments"]


def test_a_predicted_charge_adds_starts_of_both_densities(monkeypatch, tmp_path):
    for name, share in (("own", 1.0), ("other", 0.5)):
        about = {"id": SAMPLE.name, "order": "FM", "order_source": "test"}
        spin, charge = share * SAMPLE.magnetization, share * SAMPLE.charge
        density_files.write(tmp_path / f"{name}.nc", SAMPLE.structure, spin, about, charge)
    asked = {}

    def run(python, name, given, *rest):
        asked[name.removeprefix(f"{SAMPLE.name}_")] = given.get("magnetization")
        return gpaw.Run(tmp_path, None, "")

    monkeypatch.setattr(gpaw, "run", run)
    files = tmp_path / "own.nc", tmp_path / "other.nc"
    density_starts.compare(*files, SETTINGS, "python", tmp_path)
    assert list(asked)[-2:] == ["predicted_both_densities", "computed_both_densities"]
    for source, share in (("predicted", 0.5), ("computed", 1.0)):
        both, spin = asked[f"{source}_both_densities"], asked[f"{source}_density"]
        charge = np.array(both.pop("e_per_cubic_angstrom"))
        assert charge == pytest.approx(share * SAMPLE.charge, abs=1e-4)
        assert both == spin


def test_the_spectra_of_starts_change_what_is_given_and_no_electrons():
    """A stand-in for GPAW: its superposed atoms are not what the start asks for."""
    program = _program()
    shape, random = (8, 8, 12), np.random.default_rng(0)
    atoms = Atoms("Cr", cell=[3.0, 3, 4], pbc=True)
    smooth, fields = random.random((2, *shape)), random.random((2, *shape))
    superposed = random.random((2, *shape))
    density = SimpleNamespace(
        nt_sG=smooth.copy(), mixer=SimpleNamespace(reset=lambda: None),
        calculate_normalized_charges_and_mix=lambda: None,
    )  # fmt: skip
    calculator = SimpleNamespace(
        density=density, initialize=lambda atoms: None, set_positions=lambda atoms: None,
        hamiltonian=SimpleNamespace(update=lambda density: None),
    )  # fmt: skip
    program.valence_density = lambda gpaw, atoms: superposed
    up, down = fields
    program.start_from(calculator, atoms, up - down, 0.0, up + down)
    changed = (density.nt_sG - smooth) / Bohr**3
    wanted = fields - superposed
    spin, charge = changed[0] - changed[1], changed.sum(0)
    expected = program.spectrum(wanted[0] - wanted[1], shape)
    assert program.spectrum(spin, shape) == pytest.approx(expected, abs=1e-12)
    expected = program.spectrum(wanted.sum(0), shape)
    assert abs(expected[0, 0, 0]) > 0.01 and charge.mean() == pytest.approx(0, abs=1e-12)
    expected[0, 0, 0] = 0
    assert program.spectrum(charge, shape) == pytest.approx(expected, abs=1e-12)


def test_medians_count_what_did_not_converge_and_lowest_states():
    rows = [
        {"start": start, "steps": steps, "above_lowest_eV": above, "interrupted": steps == 2}
        for start, steps, above in (
            ("a", 10, 0.0), ("a", 30, 0.2), ("a", None, None), ("b", None, None), ("b", None, None),
            ("b", 5, 0.0), ("a", 2, 0.0),
        )
    ]  # fmt: skip
    found = density_starts.summary(rows)
    assert found["a"] == {"median_steps": 30, "calculations": 4, "converged": 3, "lowest": 2}
    assert found["b"]["median_steps"] is None and found["b"]["converged"] == 1


def test_a_spectrum_is_that_of_the_same_field_on_another_grid():
    """The program that runs in GPAW's own Python resamples by itself."""
    program = _program()
    field = SAMPLE.magnetization.astype(float)
    finer = np.fft.ifftn(program.spectrum(field, (24, 16, 40)), norm="forward")
    assert np.abs(finer.imag).max() < 1e-12 * np.abs(finer.real).max()
    back = program.spectrum(finer.real, field.shape)
    assert back == pytest.approx(program.spectrum(field, field.shape), abs=1e-12)
    assert back[0, 0, 0] == pytest.approx(field.mean())
    assert finer.real[::2, 0, 0] == pytest.approx(field[:, 0, 0], abs=0.1 * field.max())
