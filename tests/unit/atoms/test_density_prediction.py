"""Predictions for structures: the order asked for, what is written, and what is refused."""

import copy

import numpy as np
import pytest
import xarray as xr
from pymatgen.core import Structure
from pymatgen.io.vasp import Chgcar, Poscar

import small_densities
from small_crystals import ELEMENTS
from small_densities import BASIS, VALENCE
from spinlens.atoms import charge_model, density_prediction
from spinlens.atoms.charge_model import SuperposedCharges
from spinlens.atoms.density_model import DensityModel, _training_range
from spinlens.atoms.superposed_atoms import SuperposedAtoms
from spinlens.core.errors import SpinlensError
from spinlens.structures.parent import structure_files

PREPARED = small_densities.prepared(6)
SCORES = {
    "error_random": 0.2, "error_grouped": 0.4, "charge": {"error_random": 0.05},
}  # fmt: skip
SETTINGS = {
    "order": "FM", "order_cells": 4, "cell_height": 12, "density_grid": [20, 20, 60],
    "starting_moments": {"Ti": 1, "Cr": 3, "V": 2, "Co": 2},
}  # fmt: skip


class AtomsAlone(DensityModel):
    """Superposed atoms in the network's place: two members, the second twice the first."""

    def predict(self, structures, directions):
        found = []
        for structure, own in zip(structures, directions, strict=True):
            moments = self.atoms.expected(structure, own)
            one = self.atoms.coefficients(structure, own, moments)
            found.append(np.array([one, 2 * one]))
        return found


@pytest.fixture(scope="module")
def model():
    made = AtomsAlone(ELEMENTS, {})
    made.atoms = SuperposedAtoms().fit(PREPARED)
    made.known = _training_range([each.sample for each in PREPARED])
    return made


@pytest.fixture(scope="module")
def charges():
    """Superposed charges in the place of a network of the charge density."""
    electrons = {symbol: float(VALENCE[symbol]) for symbol in ELEMENTS}
    made = AtomsAlone(ELEMENTS, {})
    made.atoms = SuperposedCharges(electrons).fit(charge_model.prepare(PREPARED))
    return made


@pytest.fixture
def file(tmp_path):
    own = PREPARED[0].sample.structure
    structure = Structure(own.cell.array, own.get_chemical_symbols(), own.get_scaled_positions())
    Poscar(structure).write_file(tmp_path / "layer.vasp")
    return tmp_path / "layer.vasp"


def predict(model, file, **settings):
    return density_prediction.predict(model, SCORES, file, "layer", SETTINGS | settings)


def test_the_mean_of_the_members_is_predicted_with_its_spread(model, file):
    made = predict(model, file)
    assert made.magnetization.shape == (20, 20, 60) and BASIS.shape == (25, 6)
    assert made.row["spread"] == pytest.approx(1 / 3, abs=1e-3)
    assert made.row["outside"] == "" and made.row["error_estimate"] == 0.2
    assert made.row["total_moment_muB"] > 0.5


def test_an_antiparallel_order_lies_outside_of_ferromagnetic_samples(model, file):
    made = predict(model, file, order="Neel")
    first, second = map(float, made.row["magmom"].split()[:2])
    assert first * second < 0
    assert made.row["outside"] == "antiparallel moments not in training"
    assert made.row["error_estimate"] == 0.4


def test_distances_and_elements_outside_are_named(model, file):
    wide = Structure.from_file(file)
    wide.scale_lattice(2 * wide.volume)
    Poscar(wide).write_file(file)
    assert "Å apart, outside" in predict(model, file).row["outside"]
    other = PREPARED[0].sample.structure.copy()
    other.symbols[0] = "Ni" if "Ni" not in model.known["elements"] else "Fe"
    assert model.outside(other, np.ones(4)) == [f"element {other.symbols[0]} not in training"]


def test_what_is_written_is_marked_as_predicted(model, file, tmp_path):
    made = predict(model, file)
    density_prediction.write(made, tmp_path)
    folder = tmp_path / "layer_FM"
    assert "predicted" in (folder / "CHGCAR").read_text().splitlines()[0]
    stored = Chgcar.from_file(folder / "CHGCAR")
    assert stored.data["diff"] / made.structure.volume == pytest.approx(
        made.magnetization, abs=1e-6
    )
    electrons = stored.data["total"].mean()
    assert electrons == pytest.approx(4 + 6 + 6 + 6, rel=1e-3)  # Ti, Cr and two Te
    with xr.open_dataset(folder / "spin_density.nc") as opened:
        assert "charge" not in opened
        assert opened["magnetization"].values == pytest.approx(made.magnetization, abs=1e-6)
        assert opened.attrs["source"] == "predicted from structure"
    tag, moments = (folder / "MAGMOM").read_text().split(" = ")
    assert tag == "MAGMOM" and len(moments.split()) == 4


def test_a_predicted_charge_is_written_with_its_electrons(model, charges, file, tmp_path):
    model = copy.copy(model)
    model.charge = charges
    made = density_prediction.predict(model, SCORES, file, "layer", SETTINGS)
    assert made.row["electrons"] == 33 and made.row["charge_error_estimate"] == 0.05
    density_prediction.write(made, tmp_path)
    chgcar = tmp_path / "layer_FM" / "CHGCAR"
    first = chgcar.read_text().splitlines()[0]
    assert "predicted" in first and "charge" in first and "Gaussian" not in first
    stored = Chgcar.from_file(chgcar)
    assert stored.data["total"].mean() == pytest.approx(33, abs=1e-5)
    assert stored.data["total"] / made.structure.volume == pytest.approx(made.charge, abs=1e-5)
    gaussian = density_prediction.gaussian_charge(made.cell, made.charge.shape)
    assert np.abs(made.charge - gaussian).max() > 0.1
    with xr.open_dataset(tmp_path / "layer_FM" / "spin_density.nc") as opened:
        assert opened["charge"].values == pytest.approx(made.charge, abs=1e-5)
        assert opened["charge"].attrs["units"] == "e angstrom-3"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"order": "7c7"}, "has no 7c7 order; it has FM"),
        ({"starting_moments": {"Mn": 4}}, "no element is magnetic"),
    ],
)
def test_an_order_that_does_not_exist_is_one_line(model, file, change, message):
    with pytest.raises(SpinlensError, match=message) as caught:
        predict(model, file, **change)
    assert "\n" not in str(caught.value)


def test_files_that_are_no_crystals_are_one_line(model, tmp_path):
    (tmp_path / "none.vasp").write_text("nothing\n")
    with pytest.raises(SpinlensError, match=r"structures: .*neither a POSCAR nor a .cif"):
        predict(model, tmp_path / "none.vasp")
    gold = Structure(4 * np.eye(3), ["Au", "Cr"], [[0, 0, 0], [0.5, 0.5, 0.5]])
    Poscar(gold).write_file(tmp_path / "gold.vasp")
    with pytest.raises(SpinlensError, match="no sample of density_model holds Au"):
        predict(model, tmp_path / "gold.vasp")


def test_structures_are_found_and_named_by_file_or_folder(tmp_path, file):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "POSCAR").write_bytes(file.read_bytes())
    (tmp_path / "notes.txt").write_text("no structure")
    assert list(structure_files(tmp_path)) == ["layer", "run"]
    assert list(structure_files(tmp_path / "run" / "POSCAR")) == ["run"]
    for missing in (tmp_path / "gone", tmp_path / "empty"):
        (tmp_path / "empty").mkdir(exist_ok=True)
        with pytest.raises(SpinlensError, match="does not exist|holds no POSCAR"):
            structure_files(missing)


def test_the_grid_has_voxels_of_at_most_a_length():
    shape = density_prediction.grid_of(np.diag([6.9, 6.9, 16.0]))
    assert shape == [38, 38, 86]
