"""Exchange constants of TB2J become labels of the run beside which they lie."""

import pytest

from spinlens.calculations.find import Calculation, stamp
from spinlens.calculations.labels import read_labels
from spinlens.calculations.tb2j import read_tb2j

TB2J = """\
Exchange:
    i      j          R        J_iso(meV)          vector          distance(A)
--------------------------------------------------------------------------------
   Cr1   Cr2   (  0,   0,   0)  8.3900   ( 0.000,  3.966,  0.000)  3.966
J_iso: 8.3900
   Cr2   Cr1   (  0,   0,   0)  8.3700   ( 0.000, -3.966,  0.000)  3.967
   Cr1   Cr1   (  1,   0,   0) -0.0400   ( 6.870,  0.000,  0.000)  6.870
   Cr1   Cr2   ( -1,  -1,   0)  1.0100   ( 0.000, -7.933,  0.000)  7.933
"""
EXPECTED = {"J1S2_meV": 2 * 8.38, "J2S2_meV": -0.08, "J3S2_meV": 2.02}


def test_both_directions_of_a_pair_count(tmp_path):
    """TB2J counts each pair twice: its constants are half of those of −Σ_pairs."""
    (tmp_path / "exchange.out").write_text(TB2J)
    assert read_tb2j(tmp_path / "exchange.out") == pytest.approx(EXPECTED, abs=1e-9)
    assert len(read_tb2j(tmp_path / "exchange.out", 2)) == 2
    (tmp_path / "empty").write_text("nothing\n")
    with pytest.raises(ValueError, match="no line of pairs"):
        read_tb2j(tmp_path / "empty")


@pytest.mark.parametrize("place", ["exchange.out", "TB2J_results/exchange.out"])
def test_they_are_labels_of_the_run(tmp_path, place):
    calculation = Calculation("a", str(tmp_path), str(tmp_path / "CHGCAR"), {}, "")
    (tmp_path / "CHGCAR").write_text("")
    before = stamp(calculation)
    assert not EXPECTED.keys() & read_labels(tmp_path).keys()
    (tmp_path / place).parent.mkdir(exist_ok=True)
    (tmp_path / place).write_text(TB2J)
    labels = read_labels(tmp_path)
    assert {name: labels[name].value for name in EXPECTED} == pytest.approx(EXPECTED)
    assert labels["J1S2_meV"].source == "TB2J's exchange.out"
    assert stamp(calculation) != before


def test_another_file_of_that_name_gives_nothing(tmp_path):
    (tmp_path / "exchange.out").write_text("exchange = 12\n")
    assert not EXPECTED.keys() & read_labels(tmp_path).keys()
