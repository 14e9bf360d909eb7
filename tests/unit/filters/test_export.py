"""CHGCAR and .cube files, read back by the tools that they are for."""

import json
import zipfile

import numpy as np
import pytest
from ase.calculators.vasp import VaspChargeDensity
from ase.io.cube import read_cube_data
from ase.units import Bohr
from pymatgen.io.vasp import Chgcar

from spinlens.crystal.reference_cell import Crystal
from spinlens.density.grids import integral
from spinlens.filters import export, placement, projection

CELL = np.array([[6.87, 0, 0], [-3.435, 3.435 * 3**0.5, 0], [0, 0, 9.0]])
SHAPE = (12, 15, 20)
SITE = (1 / 3, 2 / 3, 0.25)
CRYSTAL = Crystal(CELL, np.array([SITE, (2 / 3, 1 / 3, 0.25), (0.1, 0.2, 0.6)]), ("Cr", "Nb", "Te"))


def blob():
    """A negative field with its deepest voxel on the first site, and a little noise."""
    field = np.random.default_rng(0).normal(scale=1e-3, size=SHAPE)
    field[4, 10, 5] = -2.5
    return field


def lowest(values, lattice):
    at = np.unravel_index(np.argmin(values), values.shape)
    return np.array(at) / values.shape @ lattice


def test_pymatgen_reads_the_chgcar_back(tmp_path):
    export.write_chgcar(tmp_path / "CHGCAR", CRYSTAL, blob(), "filter 1 muB-1")
    read = Chgcar.from_file(tmp_path / "CHGCAR")
    values = read.data["total"] / read.structure.volume
    assert values == pytest.approx(blob(), rel=1e-6, abs=1e-9)
    assert read.structure.lattice.matrix == pytest.approx(CELL, abs=1e-5)
    assert [str(site.specie) for site in read.structure] == ["Cr", "Nb", "Te"]
    assert read.structure.frac_coords == pytest.approx(CRYSTAL.positions, abs=1e-5)
    expected = np.array(SITE) @ CELL
    assert lowest(values, read.structure.lattice.matrix) == pytest.approx(expected, abs=1e-3)
    assert (tmp_path / "CHGCAR").read_text().startswith("filter 1 muB-1\n")


def test_titles_are_plain_for_readers_that_know_ascii_alone(tmp_path):
    export.write_chgcar(tmp_path / "CHGCAR", CRYSTAL, blob(), "moment ≥ 4 μB")
    export.write_cube(tmp_path / "m.cube", CRYSTAL, blob(), "moment ≥ 4 μB", per_volume=False)
    for name in ("CHGCAR", "m.cube"):
        assert (tmp_path / name).read_text(encoding="ascii").startswith("moment >= 4 muB\n")


def test_ase_reads_the_chgcar_back_per_cubic_angstrom(tmp_path):
    export.write_chgcar(tmp_path / "CHGCAR", CRYSTAL, blob(), "m")
    read = VaspChargeDensity(str(tmp_path / "CHGCAR"))
    assert read.chg[0] == pytest.approx(blob(), rel=1e-6, abs=1e-8)
    assert read.atoms[0].get_chemical_symbols() == ["Cr", "Nb", "Te"]


@pytest.mark.parametrize(("per_volume", "factor"), [(True, Bohr**3), (False, 1.0)])
def test_ase_reads_the_cube_back(tmp_path, per_volume, factor):
    export.write_cube(tmp_path / "m.cube", CRYSTAL, blob(), "m", per_volume)
    values, atoms = read_cube_data(str(tmp_path / "m.cube"))
    assert values == pytest.approx(factor * blob(), rel=1e-5, abs=1e-8)
    assert atoms.cell.array == pytest.approx(CELL, abs=1e-4)
    assert atoms.get_scaled_positions() == pytest.approx(CRYSTAL.positions, abs=1e-4)
    assert lowest(values, atoms.cell.array) == pytest.approx(np.array(SITE) @ CELL, abs=1e-3)
    assert ("per bohr^3" in (tmp_path / "m.cube").read_text()[:60]) == per_volume


def test_a_density_keeps_its_integral_in_both_units(tmp_path):
    export.write_cube(tmp_path / "m.cube", CRYSTAL, blob(), "m")
    values, atoms = read_cube_data(str(tmp_path / "m.cube"))
    bohr3 = atoms.get_volume() / Bohr**3
    assert values.mean() * bohr3 == pytest.approx(integral(blob(), CELL), rel=1e-4)


def test_transposed_axes_would_put_it_elsewhere(tmp_path):
    """Negative control."""
    field = blob()[:, :12].transpose(1, 0, 2)
    export.write_cube(tmp_path / "m.cube", CRYSTAL, field, "m")
    values, atoms = read_cube_data(str(tmp_path / "m.cube"))
    assert np.linalg.norm(lowest(values, atoms.cell.array) - np.array(SITE) @ CELL) > 1


def test_a_filter_is_laid_where_it_looks(tmp_path):
    kernel = np.zeros((3, 4, 5))
    kernel[1, 1, 2] = -1.0
    laid = placement.laid(kernel, SHAPE, start=(3, 9, 3))
    export.write_cube(tmp_path / "f.cube", CRYSTAL, laid, "filter", per_volume=False)
    values, atoms = read_cube_data(str(tmp_path / "f.cube"))
    assert lowest(values, atoms.cell.array) == pytest.approx(np.array(SITE) @ CELL, abs=1e-3)


@pytest.mark.parametrize("height", [5, 1])
def test_a_filter_per_moment_answers_by_its_integral_on_any_grid(height):
    """Response to a moment of 1 μB in one voxel: the weight there, divided by the voxel's size."""
    steps = CELL / np.array(SHAPE)[:, None]
    kernel = np.random.default_rng(1).normal(size=(3, 4, height))
    field = np.random.default_rng(2).normal(size=(3, 4, height))
    found = export.per_moment(kernel, steps, scale=0.2)
    area = np.linalg.norm(np.cross(steps[0], steps[1]))
    moments = field * (area if height == 1 else area * steps[2, 2])
    assert (found * moments).sum() == pytest.approx((kernel * 0.2 * field).sum(), rel=1e-9)


@pytest.mark.parametrize(("layers", "scale"), [(["input", "scale", "conv"], 0.25), (["conv"], 1)])
def test_the_scale_of_the_input_is_read_from_the_model_file(tmp_path, layers, scale):
    stored = [{"config": {"name": name, "scale": 0.25}} for name in layers]
    with zipfile.ZipFile(tmp_path / "model.keras", "w") as archive:
        archive.writestr("config.json", json.dumps({"config": {"layers": stored}}))
    assert projection.input_factor(tmp_path / "model.keras") == scale


def test_what_is_not_finite_is_refused(tmp_path):
    field = blob()
    field[0, 0, 0] = np.nan
    for write in (export.write_chgcar, export.write_cube):
        with pytest.raises(ValueError, match="not finite"):
            write(tmp_path / "x.cube", CRYSTAL, field, "m")
    assert not list(tmp_path.iterdir())
