"""vasprun.xml with KPOINTS_OPT, projections and a linear response."""

import pytest

import chgcar_writer as writer
from spinlens.calculations.vasprun import read_vasprun

CRYSTAL = writer.Crystal()


def eigenvalues(*occupations):
    """Eigenvalues of spin up and down, one occupation per k-point each."""
    sets = ""
    for spin, values in enumerate(occupations, 1):
        points = "".join(
            f'<set comment="kpoint {k}"><r> 0.0000 {value:.4f} </r></set>'
            for k, value in enumerate(values, 1)
        )
        sets += f'<set comment="spin {spin}">{points}</set>'
    return f"<eigenvalues><array><set>{sets}</set></array></eigenvalues>"


def kpoints(*weights):
    rows = "".join(f"<v> {weight:.8f} </v>" for weight in weights)
    return f'<kpoints><varray name="weights">{rows}</varray></kpoints>'


def read(tmp_path, *changes):
    text = writer.vasprun_text(CRYSTAL, moment=4.32)
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return read_vasprun(writer.write(tmp_path / "vasprun.xml", text))


@pytest.mark.parametrize("weights", [(0.5, 0.5), (0.2, 0.3, 0.5)])
def test_the_points_of_kpoints_opt_do_not_count(tmp_path, weights):
    other = eigenvalues([9.0] * len(weights), [1.0] * len(weights))
    opt = f"<eigenvalues_kpoints_opt>{kpoints(*weights)}{other}</eigenvalues_kpoints_opt>"
    found = read(tmp_path, ("<eigenvalues>", f"{opt}<eigenvalues>"))
    assert found["total_moment_muB"] == pytest.approx(4.32, abs=2e-4)


def test_the_main_eigenvalues_do_count(tmp_path):
    """Negative control: these numbers in the main place are another moment."""
    text = writer.vasprun_text(CRYSTAL, moment=4.32)
    begin, end = text.index("<eigenvalues>"), text.index("</eigenvalues>") + len("</eigenvalues>")
    text = text[:begin] + eigenvalues([9.0, 9.0], [1.0, 1.0]) + text[end:]
    found = read_vasprun(writer.write(tmp_path / "vasprun.xml", text))
    assert found["total_moment_muB"] == pytest.approx(8, abs=1e-6)


def test_eigenvalues_repeated_with_the_projections_do_not_count(tmp_path):
    repeated = eigenvalues([9.0, 9.0], [1.0, 1.0])
    found = read(tmp_path, ("</calculation>", f"<projected>{repeated}</projected></calculation>"))
    assert found["total_moment_muB"] == pytest.approx(4.32, abs=2e-4)


SHORT = '<scstep><energy><i name="e_fr_energy"> -17.5</i><i name="e_0_energy"> -17.5</i></energy>'
ALL_TERMS = SHORT.replace("<energy>", '<energy><i name="alphaZ"> 1.0</i>')
RESPONSE = '<scstep><energy><i name="e_0_energy"> -4.2</i></energy></scstep>'
RESPONSE_AS_STEPS = SHORT.replace("-17.5", "-4.2") + "</scstep>"


@pytest.mark.parametrize("response", [RESPONSE, RESPONSE_AS_STEPS])
def test_the_steps_of_a_linear_response_do_not_count(tmp_path, response):
    steps = [ALL_TERMS, SHORT, SHORT, ALL_TERMS]
    text = writer.vasprun_text(CRYSTAL, moment=4.32, steps=0).replace(
        "<calculation>", "<calculation>" + "".join(f"{step}</scstep>" for step in steps)
    )
    plain = read_vasprun(writer.write(tmp_path / "vasprun.xml", text))
    assert (plain["energy_eV"], plain["electronic_steps"]) == (-17.5, 4)
    text = text.replace("<eigenvalues>", 70 * response + "<eigenvalues>")
    assert read_vasprun(writer.write(tmp_path / "vasprun.xml", text)) == plain


def test_a_cycle_whose_every_step_lists_all_terms_is_whole(tmp_path):
    text = writer.vasprun_text(CRYSTAL, moment=4.32, steps=0).replace(
        "<calculation>", "<calculation>" + 5 * f"{ALL_TERMS}</scstep>"
    )
    found = read_vasprun(writer.write(tmp_path / "vasprun.xml", text))
    assert found["electronic_steps"] == 5
