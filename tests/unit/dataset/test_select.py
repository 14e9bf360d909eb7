"""The study's subset, by label."""

import numpy as np
import pytest
import xarray as xr

from chgcar_writer import Crystal, magnetic_blocks, write_run
from spinlens.calculations import record, split
from spinlens.calculations.find import find
from spinlens.core.files import write_table
from spinlens.dataset import select
from spinlens.dataset.select import choose
from spinlens.dataset.write import write_dataset

SETTINGS = {
    "moment_tolerance_muB": 0.01,
    "unconverged": "keep",
    "nonmagnetic": "exclude",
    "moment_axis": [0, 0, 1],
}

LABELS = {
    "a": {"order": "FM", "X": "Te"},
    "b": {"order": "AFM", "X": "Te"},
    "c": {"order": "FM", "X": "Se"},
    "d": {"order": "FM"},
}


def test_samples_are_chosen_by_every_label_and_the_rest_keep_a_reason():
    taken, left_out, passed_over = choose(LABELS, {"order": "FM", "X": "Te"})
    assert taken == ["a"]
    assert passed_over == []
    assert left_out["b"] == "not selected: order is AFM, `select` in config takes FM"
    assert left_out["c"] == "not selected: X is Se, `select` in config takes Te"
    assert "no label X" in left_out["d"]


def test_a_list_allows_several_values():
    assert choose(LABELS, {"order": ["FM", "AFM"]})[0] == list("abcd")


def test_nothing_selects_all():
    assert choose(LABELS, None)[0] == choose(LABELS, {})[0] == list("abcd")


def test_a_label_that_nobody_carries_is_passed_over_and_named():
    bare = {"run1": {"energy_eV": -1.0}, "run2": {}}
    assert choose(bare, {"order": "FM", "X": "Te"}) == (["run1", "run2"], {}, ["X", "order"])


def records_of_two_orders(folder, energies):
    """Records of one crystal in its ferro- and its antiferromagnetic order, energies in eV."""
    moments = {"fm": (3.0, 3.0, 0.0), "afm": (3.0, -3.0, 0.0)}
    for name, of_sites in moments.items():
        write_run(folder / "runs" / name, blocks=magnetic_blocks(moments=of_sites))
    files = []
    for calculation in find(folder / "runs"):
        table = {"energy_eV": energies[calculation.id], "order_final": calculation.id.upper()}
        files.append(folder / f"{calculation.id}.nc")
        record.write(split.split(calculation, table, "t.csv", SETTINGS), files[-1])
    return files


@pytest.mark.parametrize(("energies", "state"), [((-9.0, -9.02), "AFM"), ((-9.02, -9.0), "FM")])
def test_the_ground_state_is_told_from_both_orders_and_reaches_the_dataset(
    tmp_path, energies, state
):
    files = records_of_two_orders(tmp_path, dict(zip(("fm", "afm"), energies, strict=True)))
    found = select.select_samples(files, {"order_final": "FM", "lower_of_FM_Neel": state})
    assert [row["calculation"] for row in found.samples] == ["fm"]
    assert "order_final is AFM" in found.excluded[0]["reason"]
    told = {row["calculation"] for row in found.compared if row["label"] == "lower_of_FM_Neel"}
    assert told == {"fm", "afm"}, "also of what is not selected"
    write_table(tmp_path / "compared.tsv", found.compared)
    compared = select.read_compared(tmp_path / "compared.tsv")
    records = [row["record"] for row in found.samples]
    write_dataset(tmp_path / "d.nc", records, (6, 6, 8), compared=compared)
    with xr.open_dataset(tmp_path / "d.nc") as opened:
        assert opened["lower_of_FM_Neel"].values.tolist() == [state]
        exchange = 1000 * (energies[1] - energies[0])
        np.testing.assert_allclose(opened["exchange"].values, [exchange], atol=1e-6)
        assert opened["exchange"].attrs["units"] == "meV"


def test_one_order_alone_has_no_ground_state(tmp_path):
    files = records_of_two_orders(tmp_path, {"fm": -9.0, "afm": -9.0})
    found = select.select_samples(files[:1], {"ground_state": "FM"})
    assert found.compared == [] and len(found.samples) == 1
    assert found.messages == ["no calculation has the label ground_state, it selects nothing"]
    assert found.conditions == []
    both = {"ground_state": "FM", "order_final": ["FM", "AFM"]}
    conditions = select.select_samples(files[:1], both).conditions
    assert conditions == [{"label": "order_final", "values": "FM or AFM"}]


def test_exchange_constants_reach_the_dataset_and_may_be_selected(tmp_path):
    files = records_of_two_orders(tmp_path, {"fm": -9.0, "afm": -9.0})
    constants = {"fm": {"J1_meV": (7.5, "energies"), "J1_error_meV": (0.1, "energies")}}
    found = select.select_samples(
        files, {"J1_meV": 7.5}, constants | {"gone": {"J1_meV": (1, "x")}}
    )
    assert [row["calculation"] for row in found.samples] == ["fm"]
    write_table(tmp_path / "compared.tsv", found.compared)
    compared = select.read_compared(tmp_path / "compared.tsv")
    records = [row["record"] for row in found.samples]
    write_dataset(tmp_path / "d.nc", records, (6, 6, 8), compared=compared)
    with xr.open_dataset(tmp_path / "d.nc") as opened:
        assert opened["J1"].values.tolist() == [7.5] and opened["J1"].attrs["units"] == "meV"
        assert opened["J1_error"].values.tolist() == [0.1]


def test_folders_without_charge_file_are_named_and_excluded(tmp_path):
    files = records_of_two_orders(tmp_path, {"fm": -9.0, "afm": -9.0})
    gone = {"calculation": "gone", "source": "runs/gone", "reason": "no charge file"}
    found = select.select_samples(files, None, without_charge_file=[gone])
    assert len(found.samples) == 2 and found.excluded == [gone]
    assert found.messages == ["runs/gone: no charge file"]


def test_cells_of_other_volumes_are_not_compared(tmp_path):
    moments = {"fm": (3.0, 3.0, 0.0), "afm": (3.0, -3.0, 0.0)}
    files = []
    for name, of_sites in moments.items():
        lattice = np.array(Crystal().lattice) * (1.1 if name == "afm" else 1)
        crystal = Crystal(lattice=tuple(map(tuple, lattice)))
        blocks = magnetic_blocks(crystal, of_sites)
        write_run(tmp_path / "runs" / name, crystal=crystal, blocks=blocks)
    for calculation in find(tmp_path / "runs"):
        table = {"order_final": calculation.id.upper()}
        files.append(tmp_path / f"{calculation.id}.nc")
        record.write(split.split(calculation, table, "t.csv", SETTINGS), files[-1])
    found = select.select_samples(files, None)
    assert (
        found.compared == [] and "volume per atom (afm 37.99 Å³, fm 28.54 Å³)" in found.messages[0]
    )
