"""Runs from records of calculations: which count, and what they say."""

import numpy as np
import pytest

from planted_exchange import TRUE, planted_runs
from spinlens.calculations.record import Record, write
from spinlens.exchange.runs import compositions

GRID = np.zeros((2, 2, 2))


def write_record(folder, run, **labels):
    """Record of a run; a label that is None is left out."""
    said = {
        "formula": "Cr2X", "order": run.order, "energy_eV": run.energy, "kpoints": "3x6x1",
        "smearing_eV": 0.05, "local_moments_muB": run.moments.tolist(), "spin_kind": "collinear",
    } | labels  # fmt: skip
    attributes = {"id": run.name, "source": run.name}
    for name, value in said.items():
        if value is not None:
            attributes |= {name: value, f"{name}_source": "labels.csv"}
    arrays = {
        "charge": GRID, "magnetization": GRID, "lattice": run.lattice,
        "site_position": run.positions, "site_element": np.array(run.elements, dtype=object),
    }  # fmt: skip
    write(Record(attributes, arrays), folder / f"{run.name}.nc")
    return str(folder / f"{run.name}.nc")


@pytest.fixture
def runs():
    return {run.order: run for run in planted_runs(constants=TRUE)}


def test_runs_come_back_as_they_were(tmp_path, runs):
    files = [write_record(tmp_path, run) for run in runs.values()]
    [(formula, found)] = compositions(files).items()
    assert formula == "Cr2X" and [run.name for run in found[:2]] == ["run_FM", "run_Neel"]
    for run in found:
        own = runs[run.order]
        assert run.elements == own.elements and run.energy == pytest.approx(own.energy, abs=1e-12)
        np.testing.assert_allclose(run.moments, own.moments)
        np.testing.assert_allclose(run.positions, own.positions)
        assert run.settings == {"kpoints": (3, 6, 1), "smearing_eV": 0.05} and run.converged


@pytest.mark.parametrize("labels", [
    {"order": "NM"}, {"order_final": "NM"}, {"spin_kind": "noncollinear"},
    {"local_moments_muB": None}, {"local_moments_muB": [3.0]},
])  # fmt: skip
def test_runs_that_say_nothing_of_exchange_are_passed_over(tmp_path, runs, labels):
    files = [write_record(tmp_path, runs["FM"]), write_record(tmp_path, runs["Neel"])]
    assert compositions(files)
    files[1] = write_record(tmp_path, runs["Neel"], **labels)
    assert compositions(files) == {}


def test_the_anisotropy_is_read(tmp_path, runs):
    files = [write_record(tmp_path, runs["FM"], anisotropy_meV=-0.5),
             write_record(tmp_path, runs["Neel"])]  # fmt: skip
    [found] = compositions(files).values()
    assert [run.anisotropy for run in found] == [-0.5, None]


def test_compositions_stand_alone(tmp_path, runs):
    files = [
        write_record(tmp_path, runs["FM"], formula="Cr2Y"),
        write_record(tmp_path, runs["Neel"]),
        write_record(tmp_path, runs["zigzag"]),
    ]
    assert list(compositions(files)) == ["Cr2X"]


def test_what_is_unknown_is_left_open(tmp_path, runs):
    more = {"energy_eV": None, "kpoints": None, "converged": 0}
    files = [write_record(tmp_path, runs[order], **more) for order in ("FM", "zigzag")]
    for run in compositions(files)["Cr2X"]:
        assert run.energy is None and not run.converged and "kpoints" not in run.settings
