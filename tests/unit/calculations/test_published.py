"""Calculations beside published values: like with like, and what is off is named."""

import pytest

from paths import ROOT
from spinlens.calculations import published
from spinlens.core.files import write_table
from spinlens.crystal.formulas import composition

TABLE = ROOT / "resources" / "published_moments.csv"
CELL = ["Cr", "Co", "Ge", "Ge", *["Te"] * 6]


def compared(labels, elements=CELL, state="FM", moment=4.0):
    """The one row of calculations of one composition, by name."""
    known = {composition("CoCrGe2Te6"): published.Published(state, moment, 10)}
    [row] = published.compare(labels, dict.fromkeys(labels, elements), known)
    return row


def labels(order, moment, **more):
    return {"formula": "CoCrGe2Te6", "order": order, "total_moment_muB": moment} | more


def test_the_published_table_is_read_by_composition():
    table = published.read(TABLE)
    assert len(table) == 223
    found = table[composition("CoCrGePTe6")]
    assert found == ("AFM", 2.816, 10)
    assert composition("Te6Ge2Cr2") == composition("CrGeTe3") == "CrGeTe3"
    assert composition("no formula") is None and composition(None) is None


def test_an_antiferromagnets_moment_is_compared_with_an_antiferromagnets():
    runs = {"a_FM": labels("FM", 6.0), "a_AFM": labels("AFM", -3.1)}
    row = compared(runs, state="AFM", moment=3.0)
    assert row["calculation"] == "a_AFM"
    assert row["difference_muB"] == pytest.approx(0.1, abs=1e-9)
    alone = compared({"a_FM": labels("FM", 6.0)}, state="AFM", moment=3.0)
    assert alone["moment_muB"] is None and alone["difference_muB"] is None
    assert alone["remark"] == "no AFM calculation to compare the moment of"


def test_moments_are_per_published_cell():
    row = compared({"a": labels("FM", 8.2)}, elements=CELL * 2)
    assert row["difference_muB"] == pytest.approx(0.1, abs=1e-9)


def test_the_order_that_it_converged_to_is_said():
    row = compared({"a": labels("FM", 2.0, order_final="AFM")})
    assert row["remark"] == "started FM, converged to AFM" and row["order_final"] == "AFM"
    assert compared({"a": labels("FM", 2.0, order_final="FM")})["remark"] == ""


def test_of_two_runs_the_lower_in_energy_counts():
    runs = {"a": labels("FM", 1.0, energy_eV=-1.0), "b": labels("FM", 4.0, energy_eV=-2.0)}
    assert compared(runs)["calculation"] == "b"


def many(differences):
    """Rows of compositions whose moments are off by so much."""
    metals = ("Ti", "V", "Mn", "Fe", "Co", "Ni", "Cu", "Y")[: len(differences)]
    cells = {metal: [metal, *CELL[1:]] for metal in metals}
    known = {
        composition(f"{metal}CoGe2Te6"): published.Published("FM", 4.0, 10)
        for metal in metals if metal != "Co"
    } | {composition("Co2Ge2Te6"): published.Published("FM", 4.0, 10)}  # fmt: skip
    runs = {
        metal: labels("FM", 4.0 + off, formula=f"{metal}CoGe2Te6", ground_state="FM")
        for metal, off in zip(metals, differences, strict=True)
    }
    return published.compare(runs, cells, known)


@pytest.mark.parametrize("name", ["ground_state", "lower_of_FM_Neel"])
def test_the_lowest_order_is_compared_whatever_it_was_chosen_among(name):
    known = {composition("Co2Ge2Te6"): published.Published("AFM", 4.0, 10)}
    runs = {"Co": labels("FM", 4.0, formula="Co2Ge2Te6", **{name: "FM"})}
    (row,) = published.compare(runs, {"Co": ["Co", *CELL[1:]]}, known)
    assert (row["published_ground_state"], row["ground_state"]) == ("AFM", "FM")


def test_outliers_are_those_beyond_the_fence():
    """Quartiles of 0.1, 0.1, 0.2, 0.2, 0.3, 0.3, 2.0 are 0.15 and 0.3: the fence is 0.525."""
    rows = many([0.1, -0.1, 0.2, -0.2, 0.3, 0.3, -2.0])
    assert [row["formula"] for row in rows if row["remark"]] == ["CuCoGe2Te6"]
    near = many([0.1, -0.1, 0.2, -0.2, 0.3, 0.3, -0.52])
    assert [row["formula"] for row in near if row["remark"]] == []


def test_the_summary_counts_what_was_compared():
    rows = many([0.1, -0.1, 0.2, -0.2, 0.3, 0.3, -2.0])
    told = published.summary(rows)
    assert told[:2] == (7, 7) and (told.ground_states, told.agreeing) == (7, 7)
    assert told.median == pytest.approx(0.2, abs=1e-9)
    assert told.mean == pytest.approx(3.2 / 7, abs=1e-9)
    rows[0]["ground_state"] = "AFM"
    rows[1]["ground_state"] = None
    assert published.summary(rows)[4:] == (6, 5)


def test_the_table_is_read_as_it_was_written(tmp_path):
    rows = many([0.1, -0.1, 0.2, -0.2, 0.3, 0.3, -2.0])
    runs = {"a_FM": labels("FM", 6.0)}
    rows.append(compared(runs, state="AFM", moment=3.0))
    write_table(tmp_path / "agreement.tsv", rows, published.AGREEMENT_COLUMNS)
    read = published.read_agreement(tmp_path / "agreement.tsv")
    assert read == rows
    assert published.summary(read) == published.summary(rows)
    assert read[-1]["moment_muB"] is None and read[0]["moment_muB"] is not None
