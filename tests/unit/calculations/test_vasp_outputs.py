"""OSZICAR with a linear response, and cut inside an ionic step."""

import chgcar_writer as writer
from spinlens.calculations.labels import read_labels
from spinlens.calculations.vasp_outputs import OUTCAR_TAIL_BYTES, read_oszicar, read_outcar

RESPONSE = " Linear response reoptimize wavefunctions\n" + "".join(
    f"RMM: {step:3d}    -0.796581629004E+01    0.71229E-04    0.16664E-04   600   0.1E-02\n"
    for step in range(1, 70)
)


def read(tmp_path, text):
    return read_oszicar(writer.write(tmp_path / "OSZICAR", text))


def test_the_steps_of_a_linear_response_do_not_count(tmp_path):
    found = read(tmp_path, writer.oszicar_text(5.8) + RESPONSE)
    assert found == read(tmp_path, writer.oszicar_text(5.8))
    assert (found["energy_eV"], found["electronic_steps"], found["stopped"]) == (-17.5, 8, False)


def test_further_electronic_steps_are_an_ionic_step_that_was_stopped(tmp_path):
    """Negative control: the same lines without the heading of a response."""
    assert read(tmp_path, writer.oszicar_text(5.8) + RESPONSE.split("\n", 1)[1])["stopped"]
    assert read(tmp_path, writer.oszicar_text(5.8, stopped=True))["stopped"]


def test_a_run_that_came_to_its_end_was_not_stopped(tmp_path):
    steps = RESPONSE.split("\n", 1)[1].replace("RMM", "RLQ")
    writer.write(tmp_path / "OSZICAR", writer.oszicar_text(5.8) + steps)
    outcar = writer.outcar_text(writer.Crystal(), moment=5.8)
    writer.write(tmp_path / "OUTCAR", outcar)
    assert read_labels(tmp_path)["converged"].value is False
    end = " General timing and accounting informations for this job:\n"
    writer.write(tmp_path / "OUTCAR", outcar + end)
    assert read_labels(tmp_path)["converged"].value is True


def test_line_ends_of_windows(tmp_path):
    text = writer.oszicar_text(5.8)
    assert read(tmp_path, text.replace("\n", "\r\n")) == read(tmp_path, text)


def test_the_last_step_of_an_outcar_is_found_far_before_its_end(tmp_path):
    """Projections and forces of a large cell are printed after the moments."""
    outcar = writer.outcar_text(writer.Crystal(), moment=5.8)
    line = "   projections of a large cell, line by line\n"
    for share, found in ((0.9, {"total_moment_muB": 5.8}), (1.1, {})):
        text = outcar + line * int(share * OUTCAR_TAIL_BYTES / len(line))
        values = read_outcar(writer.write(tmp_path / "OUTCAR", text))
        assert {name: values[name] for name in found} == found
        assert ("total_moment_muB" in values) == bool(found)
