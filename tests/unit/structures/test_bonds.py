"""Bond lengths: known ones, and those from radii."""

import pytest

from spinlens.structures import bonds

RADII = {"Ti": 0.67, "V": 0.64, "Cr": 0.615, "Mn": 0.645, "Fe": 0.645, "Co": 0.61, "Ni": 0.60,
         "Y": 0.90, "Nb": 0.72, "Ru": 0.68}  # fmt: skip


@pytest.mark.parametrize("metal", RADII)
def test_metals_differ_by_their_shannon_radii(metal):
    assert bonds.length(metal, "Te") == pytest.approx(2.76 + RADII[metal] - 0.615, abs=1e-9)
    assert bonds.length(metal, "S") == pytest.approx(2.42 + RADII[metal] - 0.615, abs=1e-9)


def test_lengths_without_a_table():
    assert bonds.length("Zn", "O") == pytest.approx(1.22 + 0.66, abs=0.01)  # Cordero
    difference = bonds.length("Ti", "O") - bonds.length("V", "O")
    assert difference == pytest.approx(0.03, abs=1e-9)
    with pytest.raises(ValueError, match="no covalent radius"):
        bonds.length("Og", "O")
