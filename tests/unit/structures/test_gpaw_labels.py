"""What runs of GPAW say, as tables."""

import pytest

from spinlens.dataset import ground_states
from spinlens.structures import gpaw_labels


def record(order, energy, local, order_final=None):
    scf = {
        "energy_eV": energy,
        "total_moment_muB": float(sum(local or [0])),
        "local_moments_muB": local,
        "valence_electrons": 24.0,
        "steps": 20,
        "scf_seconds": 60.0,
    }
    return {
        "order": order,
        "order_final": order_final or order,
        "elements": ["Te", "Te", "Cr", "Cr"],
        "place": [2, 0, 3, 1],
        "cells": 1,
        "kpoints": [6, 6, 1],
        "step": 0,
        "start": 0,
        "smearing_eV": 0.05,
        "reason": "",
        "gpaw": "22.8.0",
        "relaxed": False,
        "scf": scf,
    }


CALLED = {"formula": "Cr2Te2", "labels": {"A": "Cr"}, "sites": {"A1": 0, "A2": 2}}


def labels(records):
    rows = gpaw_labels.label_rows(
        records, dict.fromkeys(records, CALLED), ground_states.compared_values
    )
    return {row["calculation"]: row for row in rows}


def test_labels_hold_energies_exchange_and_ground_state():
    records = {
        "C_FM": record("FM", -10.1, [-0.1, -0.1, 3.0, 3.0]),
        "C_AFM": record("AFM", -10.0, [0.0, 0.0, 3.0, -3.0]),
        "C_NM": record("NM", -7.0, None),
    }
    rows = labels(records)
    for row in rows.values():
        assert row["exchange_meV"] == pytest.approx(100, abs=1e-6)
        assert (row["energy_FM_eV"], row["energy_NM_eV"]) == (-10.1, -7.0)
        assert row["lower_of_FM_Neel"] == "FM"
    assert rows["C_FM"]["total_moment_muB"] == pytest.approx(5.8, abs=1e-12)
    assert rows["C_AFM"]["moment_A2_muB"] == -3.0


def test_labels_hold_what_energies_must_share_to_be_compared():
    [row] = labels({"C_FM": record("FM", -10.1, [-0.1, -0.1, 3.0, 3.0])}).values()
    assert (row["kpoints"], row["smearing_eV"], row["ladder_step"]) == ("6x6x1", 0.05, 1)
    assert row["valence_electrons"] == 24.0
    assert (row["code"], row["relaxed"]) == ("GPAW 22.8.0", "no")
    assert row["local_moments_muB"] == "-0.1000 -0.1000 3.0000 3.0000"


def test_the_anisotropy_is_that_of_the_easier_direction_in_the_plane():
    run = record("FM", -10.1, [-0.1, -0.1, 3.0, 3.0]) | {"starting_moments": [0, 0, 3, 3]}
    assert labels({"C_FM": run})["C_FM"]["anisotropy_meV"] == ""
    run["scf"]["spin_orbit_energies_eV"] = {"x": -5.001, "y": -5.002, "z": -5.0}
    assert labels({"C_FM": run})["C_FM"]["anisotropy_meV"] == pytest.approx(-1.0, abs=1e-5)


def test_a_run_that_left_its_order_does_not_count_for_it():
    records = {
        "C_FM": record("FM", -10.1, [-0.1, -0.1, 3.0, 3.0]),
        "C_AFM": record("AFM", -10.2, [-0.1, -0.1, 3.0, 3.0], "FM"),
    }
    for row in labels(records).values():
        assert (
            row["order_final"] == "FM"
            and row.get("lower_of_FM_Neel", "") == row["exchange_meV"] == ""
        )


def test_a_failure_is_in_the_table_and_no_label():
    failed = record("AFM", 0.0, None) | {"scf": None, "reason": "no solution", "step": 2}
    records = {"C_FM": record("FM", -10.1, [-0.1, -0.1, 3.0, 3.0]), "C_AFM": failed}
    assert list(labels(records)) == ["C_FM"]
    table = {row["calculation"]: row for row in gpaw_labels.table_rows(records)}
    assert table["C_AFM"]["failure"] == "no solution" and table["C_AFM"]["ladder_step"] == 3
    assert table["C_FM"]["converged"] and table["C_FM"]["failure"] == ""
