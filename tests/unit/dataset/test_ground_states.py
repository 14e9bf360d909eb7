"""Ground states from calculations of one composition in several orders."""

import pytest

from spinlens.dataset import ground_states

CELL = ["Cr"] * 2 + ["I"] * 6


def run(energy, final, **more):
    return {"formula": "Cr2I6", "energy_eV": energy, "order_final": final} | more


def found(runs, elements=None):
    """Values alone, by calculation, of runs that are told without refusal."""
    elements = {name: CELL for name in runs} | (elements or {})
    added, refusals = ground_states.compare(runs, elements)
    assert not refusals
    return {c: {n: value for n, (value, _) in labels.items()} for c, labels in added.items()}


def test_two_orders_give_exchange_and_ground_state():
    runs = {"afm": run(-40.01, "AFM"), "fm": run(-40.0, "FM"), "nm": run(-36.0, "NM")}
    for labels in found(runs).values():
        assert labels["exchange_meV"] == pytest.approx(-10.0, abs=1e-9)
        assert labels["lower_of_FM_Neel"] == "AFM"
        assert labels["energy_FM_eV"] == pytest.approx(-40.0, abs=1e-12)
        assert labels["energy_AFM_eV"] == pytest.approx(-40.01, abs=1e-12)
        assert labels["energy_NM_eV"] == pytest.approx(-36.0, abs=1e-12)


def test_every_label_names_the_calculations_it_came_from():
    runs = {"afm": run(-40.01, "AFM"), "fm": run(-40.0, "FM"), "fm_high": run(-39.0, "FM")}
    labels = ground_states.compare(runs, dict.fromkeys(runs, CELL))[0]["fm_high"]
    assert labels["energy_FM_eV"] == (-40.0, "energy of fm")
    assert labels["exchange_meV"][1] == "energies of afm and fm"
    assert labels["lower_of_FM_Neel"] == ("AFM", "energies of afm, fm")


def test_the_order_that_counts_is_the_one_converged_to():
    runs = {"fm": run(-40.0, "FM", order="FM"), "lost": run(-40.5, "FM", order="AFM")}
    assert found(runs) == {}
    kept = {"fm": runs["fm"], "kept": run(-40.5, "AFM", order="AFM")}
    assert found(kept)["fm"]["lower_of_FM_Neel"] == "AFM"
    asked = {"fm": runs["fm"], "asked": {"energy_eV": -40.5, "order": "AFM"}}
    assert found(asked)["fm"]["lower_of_FM_Neel"] == "AFM"


def test_an_order_between_the_two_may_be_the_ground_state():
    labels = found({"fm": run(-40.0, "FM"), "ferri": run(-40.2, "other")})["fm"]
    assert labels == {"energy_FM_eV": -40.0, "ground_state": "other"}


def test_one_order_alone_and_orders_that_tie_have_no_ground_state():
    assert found({"fm": run(-40.0, "FM"), "also": run(-39.0, "FM")}) == {}
    tied = found({"fm": run(-40.0, "FM"), "afm": run(-40.000005, "AFM")})["fm"]
    assert not {"ground_state", "lower_of_FM_Neel"} & set(tied)
    assert tied["exchange_meV"] == pytest.approx(-0.005, abs=1e-9)
    apart = found({"fm": run(-40.0, "FM"), "afm": run(-40.00005, "AFM")})["fm"]
    assert apart["lower_of_FM_Neel"] == "AFM"


def test_an_antiferromagnet_in_a_supercell_is_compared_per_cell_of_the_ferromagnet():
    runs = {"fm": run(-40.0, "FM"), "afm": run(-80.04, "AFM", formula="Cr4I12")}
    labels = found(runs, {"afm": CELL * 2})
    assert labels["fm"] == labels["afm"]
    assert labels["fm"]["exchange_meV"] == pytest.approx(-20.0, abs=1e-9)
    assert labels["fm"]["energy_AFM_eV"] == pytest.approx(-40.02, abs=1e-12)
    assert found(runs)["fm"] != labels["fm"]  # the energies as they stand are another answer

    runs = {"fm": run(-80.0, "FM"), "afm": run(-40.02, "AFM")}
    labels = found(runs, {"fm": CELL * 2})["afm"]
    assert labels["exchange_meV"] == pytest.approx(-40.0, abs=1e-9)


def test_without_a_ferromagnet_energies_are_per_smallest_cell():
    runs = {"nm": run(-36.0, "NM"), "afm": run(-80.04, "AFM")}
    labels = found(runs, {"afm": CELL * 2})["nm"]
    assert labels["energy_AFM_eV"] == pytest.approx(-40.02, abs=1e-12)
    assert labels["ground_state"] == "AFM"
    assert "exchange_meV" not in labels


def test_what_a_calculation_says_itself_stands():
    runs = {"fm": run(-40.0, "FM", ground_state="AFM", exchange_meV=-3.0), "afm": run(-39.0, "AFM")}
    labels = found(runs)
    assert labels["fm"] == {"energy_FM_eV": -40.0, "energy_AFM_eV": -39.0}
    assert labels["afm"]["lower_of_FM_Neel"] == "FM"


@pytest.mark.parametrize(
    "other",
    [
        run(-41.0, "AFM", converged=False),
        run(-41.0, "AFM", formula="CrI3_H"),
        run(-41.0, "AFM", spin_kind="noncollinear"),
        {"formula": "Cr2I6", "order_final": "AFM"},
        {"formula": "Cr2I6", "energy_eV": -41.0},
    ],
)
def test_what_cannot_be_compared_is_not(other):
    assert found({"fm": run(-40.0, "FM"), "other": other}) == {}
    sound = found({"fm": run(-40.0, "FM"), "other": run(-41.0, "AFM", converged=True)})["fm"]
    assert sound["lower_of_FM_Neel"] == "AFM"


def test_another_composition_is_not_compared():
    runs = {"fm": run(-40.0, "FM"), "afm": run(-41.0, "AFM")}
    assert found(runs, {"afm": ["Cr"] * 2 + ["Br"] * 6}) == {}
    assert found(runs)["fm"]["lower_of_FM_Neel"] == "AFM"


def test_other_potentials_are_refused_and_named():
    runs = {"fm": run(-40.0, "FM", valence_electrons=54.0)}
    runs |= {"afm": run(-41.0, "AFM", valence_electrons=66.0)}
    added, (line,) = ground_states.compare(runs, dict.fromkeys(runs, CELL))
    assert added == {}
    assert "afm, fm" in line and "potentials" in line and "\n" not in line
    assert found({c: labels | {"order_final": "FM"} for c, labels in runs.items()}) == {}
    runs["afm"]["valence_electrons"] = 108.0
    assert found(runs, {"afm": CELL * 2})["fm"]["lower_of_FM_Neel"] == "FM"


def test_orders_in_supercells_are_orders_of_their_own():
    """A run's moments alone read zigzag as AFM: the order asked for tells it from Neel."""
    runs = {
        "fm": run(-40.0, "FM", order="FM"),
        "neel": run(-39.9, "Neel", order="Neel"),
        "zigzag": run(-80.2, "AFM", order="zigzag"),
    }
    labels = found(runs, {"zigzag": CELL * 2})["fm"]
    assert labels["exchange_meV"] == pytest.approx(100.0, abs=1e-9)
    assert labels["energy_AFM_eV"] == -39.9 and labels["ground_state"] == "zigzag"
    lost = runs | {"zigzag": run(-80.2, "FM", order="zigzag")}
    assert found(lost, {"zigzag": CELL * 2})["fm"]["lower_of_FM_Neel"] == "FM"


def test_a_difference_within_the_stated_uncertainty_gives_no_lower_order():
    near = {"fm": run(-40.0, "FM"), "afm": run(-40.002, "AFM", label_uncertainty_meV=3.0)}
    far = {"fm": run(-40.0, "FM"), "afm": run(-40.004, "AFM", label_uncertainty_meV=3.0)}
    assert "lower_of_FM_Neel" not in found(near)["fm"]
    assert found(near)["fm"]["exchange_meV"] == pytest.approx(-2, abs=1e-6)
    assert found(far)["fm"]["lower_of_FM_Neel"] == "AFM"


@pytest.mark.parametrize(
    ("name", "values"),
    [("smearing_eV", (0.05, 0.1)), ("ladder_step", (1, 3)), ("kpoints", ("3x3x1", "4x4x1"))],
)
def test_runs_of_other_settings_are_not_compared(name, values):
    runs = {
        order: run(energy, order, **{name: value})
        for order, energy, value in zip(("FM", "AFM"), (-40.0, -41.0), values, strict=True)
    }
    added, refusals = ground_states.compare(runs, dict.fromkeys(runs, CELL))
    assert added == {} and len(refusals) == 1 and f"differ in {name} (" in refusals[0]
    alike = {order: own | {name: values[0]} for order, own in runs.items()}
    assert ground_states.compare(alike, dict.fromkeys(runs, CELL))[1] == []


def test_meshes_of_cells_of_other_sizes_have_other_numbers():
    runs = {"fm": run(-40.0, "FM", kpoints="6x6x1"), "afm": run(-82.0, "AFM", kpoints="3x6x1")}
    added, refusals = ground_states.compare(runs, {"fm": CELL, "afm": CELL * 2})
    assert refusals == [] and added["fm"]["lower_of_FM_Neel"][0] == "AFM"


VASP = {
    "functional": "PE", "hubbard_u": "none", "van_der_waals": "none", "spin_orbit": 0,
    "cutoff_eV": 520.0, "kpoints": "4x4x4", "smearing": "ISMEAR 0, SIGMA 0.05",
    "potentials": "PAW_PBE Cr 06Sep2000, PAW_PBE I 08Apr2002", ground_states.VOLUME: 20.0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("functional", "PS"),
        ("hubbard_u", "type 2: Cr l 2 U 3 J 0"),
        ("van_der_waals", "IVDW 12"),
        ("spin_orbit", 1),
        ("cutoff_eV", 400.0),
        ("cutoff_eV", None),
        ("kpoints", "5x4x4"),
        ("smearing", "ISMEAR 1, SIGMA 0.2"),
        ("potentials", "PAW_PBE Cr_pv 02Aug2007, PAW_PBE I 08Apr2002"),
        (ground_states.VOLUME, 21.0),
    ],
)
def test_runs_of_vasp_that_differ_in_what_energies_must_share_are_not_compared(name, value):
    other = {key: v for key, v in (VASP | {name: value}).items() if v is not None}
    runs = {"fm": run(-40.0, "FM", **VASP), "afm": run(-41.0, "AFM", **other)}
    added, (line,) = ground_states.compare(runs, dict.fromkeys(runs, CELL))
    assert added == {}
    spelled = "volume per atom" if name == ground_states.VOLUME else name
    assert f"differ in {'the ' if spelled != name else ''}{spelled} (" in line
    alike = {"fm": runs["fm"], "afm": run(-41.0, "AFM", **VASP)}
    assert found(alike)["fm"]["lower_of_FM_Neel"] == "AFM"


def test_a_run_of_which_no_setting_is_known_is_not_compared_with_one_that_tells():
    runs = {"fm": run(-40.0, "FM", **VASP), "afm": run(-41.0, "AFM")}
    added, (line,) = ground_states.compare(runs, dict.fromkeys(runs, CELL))
    assert added == {} and "nothing of afm" in line
    assert found({"fm": run(-40.0, "FM"), "afm": run(-41.0, "AFM")})["fm"]


def test_volumes_of_two_orders_may_differ_by_their_relaxation():
    runs = {
        "fm": run(-40.0, "FM", **VASP),
        "afm": run(-41.0, "AFM", **VASP | {ground_states.VOLUME: 20.5}),
    }
    assert found(runs)["fm"]["lower_of_FM_Neel"] == "AFM"


def test_meshes_of_cells_of_other_sizes_are_compared_by_their_density():
    coarse = {"fm": run(-40.0, "FM", kpoints="6x6x1"), "afm": run(-82.0, "AFM", kpoints="2x2x1")}
    added, (line,) = ground_states.compare(coarse, {"fm": CELL, "afm": CELL * 2})
    assert added == {} and "differ in kpoints (" in line


def test_a_ferrimagnet_is_an_order_of_its_own_unless_neel_was_asked_for():
    own = found({"fm": run(-40.0, "FM"), "fim": run(-41.0, "FiM")})["fm"]
    assert own["ground_state"] == "FiM" and "energy_AFM_eV" not in own
    asked = found({"fm": run(-40.0, "FM"), "fim": run(-41.0, "FiM", order="Neel")})["fm"]
    assert asked["exchange_meV"] == pytest.approx(-1000) and asked["energy_AFM_eV"] == -41
    zigzag = {"fm": run(-40.0, "FM"), "z": run(-41.0, "FiM", order="zigzag")}
    assert found(zigzag)["fm"]["ground_state"] == "zigzag"
