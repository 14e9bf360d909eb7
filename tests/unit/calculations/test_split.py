"""A calculation's folder to its record."""

import os
import shutil

import numpy as np
import pytest

from chgcar_writer import (
    Crystal,
    magnetic_blocks,
    noncollinear_blocks,
    oszicar_text,
    write,
    write_run,
)
from spinlens.calculations import split as splitting
from spinlens.calculations.find import find
from spinlens.density import grids

SETTINGS = {
    "moment_tolerance_muB": 0.01,
    "unconverged": "exclude",
    "nonmagnetic": "exclude",
    "moment_axis": [0, 0, 1],
}


def split(root, table_labels=None, pattern=None, **settings):
    (calculation,) = find(root, pattern)
    return splitting.split(calculation, table_labels or {}, "labels.csv", SETTINGS | settings)


def test_the_density_is_what_is_stored_over_the_volume_once(tmp_path):
    write_run(tmp_path / "run")
    arrays = split(tmp_path).arrays
    charge, magnetization = magnetic_blocks()
    volume = grids.cell_volume(Crystal().lattice)
    assert arrays["charge"] == pytest.approx(charge / volume, rel=1e-9)
    assert arrays["magnetization"] == pytest.approx(magnetization / volume, rel=1e-9, abs=1e-12)
    wrong = grids.integral(arrays["magnetization"] * volume, arrays["lattice"])
    assert abs(wrong - 5.8) > 100, "negative control: what is stored is no density"


def test_an_antiferromagnet_keeps_the_sign_of_each_site(tmp_path):
    write_run(tmp_path / "run", blocks=magnetic_blocks(moments=(3.0, -3.0, 0.0)))
    outcome = split(tmp_path)
    assert outcome.attributes["total_moment_muB"] == pytest.approx(0, abs=1e-6)
    m = outcome.arrays["magnetization"]
    assert m.max() == pytest.approx(-m.min(), rel=0.05) and m.max() > 0.5
    assert grids.integral(np.abs(m), outcome.arrays["lattice"]) > 3


@pytest.mark.parametrize(
    ("moments", "flipped"),
    [
        ((-3.0, -3.0, 0.2), 1),
        ((3.0, 3.0, -0.2), 0),
        ((-3.0, 3.0, 0.0), 1),  # the total vanishes: the first magnetic site is up
        ((3.0, -3.0, 0.0), 0),
    ],
)
def test_the_global_sign_is_fixed_and_what_was_flipped_is_on_record(tmp_path, moments, flipped):
    write_run(tmp_path / "run", blocks=magnetic_blocks(moments=moments))
    outcome = split(tmp_path)
    assert outcome.attributes["sign_flipped"] == flipped
    assert outcome.attributes["total_moment_muB"] >= -1e-9
    assert outcome.arrays["site_moment"][0] > 1
    up = [abs(moment) if i == 0 else moment for i, moment in enumerate(moments)]
    expected = np.array(up) if moments[0] > 0 else -np.array(moments)
    assert outcome.arrays["site_moment_voronoi"] == pytest.approx(expected, abs=0.4)


def test_a_density_and_its_reverse_give_one_record(tmp_path):
    for name, sign in (("up", 1), ("down", -1)):
        blocks = magnetic_blocks(moments=(3.0 * sign, 2.0 * sign, -0.1 * sign))
        write_run(tmp_path / name / "run", blocks=blocks)
    up, down = split(tmp_path / "up"), split(tmp_path / "down")
    assert up.attributes["content_sha256"] == down.attributes["content_sha256"]
    assert np.array_equal(up.arrays["magnetization"], down.arrays["magnetization"])


def test_the_order_comes_from_the_sites_if_nothing_else_tells_it(tmp_path):
    write_run(tmp_path / "run", blocks=magnetic_blocks(moments=(3.0, -3.0, 0.0)))
    outcome = split(tmp_path)
    assert outcome.attributes["order_final"] == "AFM"
    assert outcome.attributes["order_final_source"] == "moments of the sites"
    told = split(tmp_path, table_labels={"order_final": "other"})
    assert told.attributes["order_final"] == "other"


def test_a_vector_is_kept_and_projected_on_the_configured_axis_where_it_cancels(tmp_path):
    moments = ((0, 2.0, 0), (0, -2.0, 0), (0, 0, 0))
    write_run(tmp_path / "run", blocks=noncollinear_blocks(moments=moments))
    across, along = split(tmp_path), split(tmp_path, moment_axis=[0, 2, 0])
    assert across.attributes["projection_axis"] == pytest.approx([0, 0, 1])
    assert across.arrays["magnetization"] == pytest.approx(0, abs=1e-9)
    assert along.attributes["projection_axis"] == pytest.approx([0, 1, 0])
    assert np.abs(along.arrays["magnetization"]).max() > 0.3


def test_the_table_overrides_the_path_and_the_path_the_runs_own_files(tmp_path):
    write_run(tmp_path / "CrTe" / "FM")
    own = split(tmp_path).attributes
    assert (own["formula"], own["formula_source"]) == ("Cr2Te", "CONTCAR")
    assert (own["energy_eV"], own["energy_eV_source"]) == (-17.5, "OSZICAR")
    of_path = split(tmp_path, pattern="{formula}/{order}/CHGCAR").attributes
    assert (of_path["formula"], of_path["formula_source"]) == ("CrTe", "path")
    row = {"calculation": "CrTe_FM", "order": "other", "energy_eV": -3}
    table = split(tmp_path, row, "{formula}/{order}/CHGCAR").attributes
    assert (table["order"], table["order_source"]) == ("other", "labels.csv")
    assert (table["energy_eV"], table["formula"]) == (-3, "CrTe")
    assert "calculation" not in table


@pytest.mark.parametrize("name", ["potcar_valences", "ionic_steps_allowed", "outcar_formula"])
def test_what_only_the_checks_need_is_no_label(tmp_path, name):
    write_run(tmp_path / "run")
    attributes = split(tmp_path).attributes
    assert name not in attributes and attributes["valence_electrons"] == 18


def test_a_run_without_spin_is_refused_or_taken_as_zero(tmp_path):
    write_run(tmp_path / "run", blocks=magnetic_blocks()[:1])
    assert "nonmagnetic: zero" in split(tmp_path).attributes["excluded"]
    zero = split(tmp_path, nonmagnetic="zero")
    assert not zero.arrays["magnetization"].any()
    assert zero.arrays["magnetization"].shape == zero.arrays["charge"].shape
    assert zero.attributes["total_moment_muB"] == 0
    assert zero.attributes["order_final"] == "NM"


def test_an_unconverged_run_is_refused_or_kept_with_a_flag(tmp_path):
    write_run(tmp_path / "run")
    write(tmp_path / "run" / "OSZICAR", oszicar_text(5.8, steps=60))
    assert "not converged" in split(tmp_path).attributes["excluded"]
    kept = split(tmp_path, unconverged="keep").attributes
    assert "excluded" not in kept and kept["converged"] == 0


@pytest.mark.parametrize(("tolerance", "refused"), [(0.01, True), (0.2, False)])
def test_the_tolerance_of_the_moment_is_the_configs(tmp_path, tolerance, refused):
    write_run(tmp_path / "run")
    write(tmp_path / "run" / "OSZICAR", oszicar_text(5.9))
    write(tmp_path / "run" / "OUTCAR", "")
    outcome = split(tmp_path, moment_tolerance_muB=tolerance)
    assert ("excluded" in outcome.attributes) == refused


@pytest.mark.parametrize("gone", ["folder", "file", "target of a link"])
def test_what_vanished_after_it_was_found_is_refused(tmp_path, gone):
    folder = write_run(tmp_path / "runs" / "run")
    (calculation,) = find(tmp_path / "runs")
    if gone == "folder":
        shutil.rmtree(folder)
    else:
        os.unlink(folder / "CHGCAR")
    if gone == "target of a link":
        (folder / "CHGCAR").symlink_to("nowhere")
    outcome = splitting.split(calculation, {}, "", SETTINGS)
    assert "CHGCAR is gone" in outcome.attributes["excluded"]
    assert outcome.arrays == {}


def test_a_moment_in_the_table_that_is_no_number_is_told(tmp_path):
    write_run(tmp_path / "high" / "run")
    reason = split(tmp_path, pattern="{total_moment_muB}/run/CHGCAR").attributes["excluded"]
    assert "total_moment_muB from path is 'high', not a number" in reason


def noncollinear(tmp_path, name, moments, saxis=None, incar="LSORBIT = .TRUE.\n"):
    """A run whose moments, one vector per site, are written in the basis of its spinors."""
    folder = tmp_path / name / "run"
    write_run(folder, blocks=noncollinear_blocks(moments=moments))
    (folder / "INCAR").write_text(incar + (f"SAXIS = {saxis}\n" if saxis else ""))
    return tmp_path / name


def test_the_frame_of_saxis_does_not_matter(tmp_path):
    """Moments along x: with SAXIS along x the file holds them along its third axis."""
    plain = split(noncollinear(tmp_path, "z", ((2.0, 0, 0), (2.0, 0, 0), (0.1, 0, 0)), "0 0 1"))
    turned = split(noncollinear(tmp_path, "x", ((0, 0, 2.0), (0, 0, 2.0), (0, 0, 0.1)), "1 0 0"))
    name = "magnetization_vector"
    np.testing.assert_allclose(turned.arrays[name], plain.arrays[name], atol=1e-9)
    for outcome in (plain, turned):
        assert outcome.attributes["projection_axis"] == pytest.approx([1, 0, 0], abs=1e-9)
        assert outcome.attributes["reported_moment_muB"] == pytest.approx([4.1, 0, 0], abs=1e-4)
    assert plain.attributes["note"] == ""
    assert "turned from SAXIS 1 0 0 (INCAR)" in turned.attributes["note"]
    unturned = split(noncollinear(tmp_path, "no", ((0, 0, 2.0), (0, 0, 2.0), (0, 0, 0.1))))
    assert np.abs(unturned.arrays[name] - plain.arrays[name]).max() > 0.1  # negative control


def test_the_angles_of_outcar_tell_the_frame_as_well(tmp_path):
    tree = noncollinear(tmp_path, "run", ((0, 0, 2.0), (0, 0, 2.0), (0, 0, 0.1)))
    with (tree / "run" / "OUTCAR").open("a") as outcar:
        outcar.write(" Euler angles ALPHA=   90.0000000  BETA=   90.0000000\n")
    assert split(tree).attributes["projection_axis"] == pytest.approx([0, 1, 0], abs=1e-6)


def test_a_frame_that_nothing_tells_is_on_record(tmp_path):
    tree = noncollinear(tmp_path, "run", ((2.0, 0, 0), (2.0, 0, 0), (0.1, 0, 0)))
    for name in ("INCAR", "OUTCAR", "OSZICAR"):
        (tree / "run" / name).unlink()
    assert "the frame of m is that of SAXIS" in split(tree).attributes["note"]


@pytest.mark.parametrize("axis", [(1, 0, 0), (0, 0.6, 0.8), (-1, 1, 0.2)])
def test_an_antiferromagnet_is_projected_on_its_own_axis(tmp_path, axis):
    unit = np.array(axis) / np.linalg.norm(axis)
    moments = (tuple(2 * unit), tuple(-2 * unit), (0, 0, 0))
    outcome = split(noncollinear(tmp_path, "run", moments), moment_axis=None)
    assert outcome.attributes["projection_axis"] == pytest.approx(unit, abs=1e-6)
    assert outcome.attributes["projection_share"] == pytest.approx(1, abs=1e-9)
    assert outcome.attributes["order_final"] == "AFM"
    assert outcome.arrays["site_moment"][:2] == pytest.approx([1.84, -1.84], abs=0.2)


def test_a_triangle_of_moments_keeps_two_thirds(tmp_path):
    angles = np.radians([20, 140, 260])
    moments = tuple((3 * np.cos(a), 3 * np.sin(a), 0.0) for a in angles)
    tree = noncollinear(tmp_path, "run", moments)
    outcome = split(tree, moment_axis=None)
    assert outcome.attributes["projection_share"] == pytest.approx(2 / 3, abs=0.06)
    assert outcome.attributes["projection_axis"][2] == pytest.approx(0, abs=1e-9)
    assert outcome.attributes["order_final"] == "other" and outcome.attributes["note"] == ""
    lost = split(tree, moment_axis=[0, 0, 1])  # the axis that was asked for keeps nothing
    assert lost.attributes["projection_share"] == pytest.approx(0, abs=1e-9)
    assert "one axis keeps 0.00 of |m|" in lost.attributes["note"]


@pytest.mark.parametrize(("icharg", "energy"), [(1, -17.5), (2, -17.5), (10, None), (11, None)])
def test_a_run_with_a_fixed_density_gives_no_energy(tmp_path, icharg, energy):
    write_run(tmp_path / "run")
    (tmp_path / "run" / "INCAR").write_text(f"ICHARG = {icharg}\n")
    attributes = split(tmp_path).attributes
    assert attributes.get("energy_eV") == energy
    assert ("not self-consistent" in attributes["note"]) == (energy is None)
    told = split(tmp_path, table_labels={"energy_eV": -3.0}).attributes
    assert told["energy_eV"] == -3.0


def test_a_ferrimagnet_is_named(tmp_path):
    write_run(tmp_path / "run", blocks=magnetic_blocks(moments=(4.1, -1.6, 0.0)))
    assert split(tmp_path).attributes["order_final"] == "FiM"
