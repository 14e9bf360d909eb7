"""The Hamiltonian in files of other codes has the energies of the bonds."""

import numpy as np
import pytest

from planted_exchange import MOMENTS, TRUE, planted_runs
from spinlens.exchange import hamiltonian_files as files
from spinlens.structures.magnetic_lattice import bond_sums


def model(order="FM", anisotropy=0.2):
    run = next(run for run in planted_runs() if run.order == order)
    return files.hamiltonian(run, {"Cr"}, {"Cr": MOMENTS["Cr"] / 2}, TRUE, anisotropy), run


def energy_per_site(pairs, signs, halves):
    """−Σ J e_i e_j over lines i, j, J, half of it where both directions are there."""
    return -sum(j * signs[int(a)] * signs[int(b)] for a, b, j in pairs) / len(signs) / halves


@pytest.mark.parametrize("order", ["FM", "Neel", "zigzag", "3to1"])
def test_both_codes_get_the_energy_of_every_order(tmp_path, order):
    own, run = model(order)
    signs = np.sign(run.moments)
    expected = -bond_sums(own.shells, run.moments / 2) @ TRUE
    files.write_vampire(tmp_path / "a.ucf", own)
    lines = (tmp_path / "a.ucf").read_text().splitlines()
    start = next(n for n, line in enumerate(lines) if line.endswith(" isotropic"))
    pairs = [np.array(line.split(), float)[[1, 2, 6]] for line in lines[start + 1 :]]
    assert len(pairs) == int(lines[start].split()[0]) == len(own.shells.start)
    joule = energy_per_site(pairs, signs, halves=2)
    assert joule / files.JOULE_PER_MEV == pytest.approx(expected, rel=1e-6)
    files.write_spirit(tmp_path / "a.cfg", own)
    lines = (tmp_path / "a.cfg").read_text().splitlines()
    start = lines.index("i j da db dc Jij")
    pairs = [np.array(line.split(), float)[[0, 1, 5]] for line in lines[start + 1 :]]
    assert len(pairs) == len(own.shells.start) // 2
    assert energy_per_site(pairs, signs, halves=1) == pytest.approx(expected, rel=1e-6)
    assert f"n_anisotropy {len(signs)}" in lines and f"0 0 0 1 {0.2 * 2.25:.8f}" in lines


def test_another_order_has_another_energy():
    """Negative control."""
    own, run = model("zigzag")
    other = bond_sums(own.shells, np.abs(run.moments) / 2) @ TRUE
    assert abs(other - bond_sums(own.shells, run.moments / 2) @ TRUE) > 1
