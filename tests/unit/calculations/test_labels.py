"""Labels from a run's own files, each with its source; a damaged file loses only itself."""

import gzip
import os
import tracemalloc

import pytest

import chgcar_writer as writer
from spinlens.calculations.labels import read_labels

CRYSTAL = writer.Crystal()


def write_files(folder, **texts):
    for name, text in texts.items():
        writer.write(folder / name.replace("vasprun", "vasprun.xml"), text)
    return folder


def values(labels):
    return {key: label.value for key, label in labels.items()}


def test_a_whole_collinear_run(tmp_path):
    write_files(
        tmp_path,
        OSZICAR=writer.oszicar_text(5.8, energy=-17.53717, ionic_steps=2),
        OUTCAR=writer.outcar_text(CRYSTAL, moment=5.8, local_moments=[3.0, 3.0, -0.2]),
        CONTCAR=writer.poscar_text(CRYSTAL),
    )
    labels = read_labels(tmp_path)
    assert values(labels) == {
        "total_moment_muB": pytest.approx(5.8, abs=1e-9),
        "energy_eV": pytest.approx(-17.53717, abs=1e-9),
        "valence_electrons": pytest.approx(18.0, abs=1e-9),
        "potcar_valences": [6.0, 6.0],
        "local_moments_muB": [3.0, 3.0, -0.2],
        "order_final": "FM",
        "converged": True,
        "spin_kind": "collinear",
        "ionic_steps_allowed": 0,
        "vasp_version": "6.3.0",
        "formula": "Cr2Te",
        "outcar_formula": "Cr2Te",
    }
    assert labels["total_moment_muB"].source == "OSZICAR"
    assert [other.source for other in labels["total_moment_muB"].others] == ["OUTCAR"]
    assert labels["valence_electrons"].source == labels["order_final"].source == "OUTCAR"
    assert labels["converged"].source == "OSZICAR and OUTCAR"
    assert labels["formula"].source == "CONTCAR"


def test_a_noncollinear_run_has_three_numbers(tmp_path):
    moment = [-0.0129, 0.076, 3.0527]
    local = [[0.0, 0.1, 3.0], [0.0, 0.0, -3.0], [0.0, 0.0, 0.1]]
    write_files(
        tmp_path,
        OSZICAR=writer.oszicar_text(moment),
        OUTCAR=writer.outcar_text(CRYSTAL, moment=moment, local_moments=local),
    )
    labels = read_labels(tmp_path)
    assert labels["total_moment_muB"].value == pytest.approx(moment, abs=1e-9)
    assert labels["spin_kind"].value == "noncollinear"
    assert labels["local_moments_muB"].value == local
    assert labels["order_final"].value == "AFM"


def test_a_run_without_spin(tmp_path):
    write_files(tmp_path, OSZICAR=writer.oszicar_text(), OUTCAR=writer.outcar_text(CRYSTAL))
    labels = read_labels(tmp_path)
    assert "total_moment_muB" not in labels
    assert (labels["spin_kind"].value, labels["order_final"].value) == ("none", "NM")


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("mag=     2.2725", 2.2725),
        ("mag=    -0.0000", 0.0),
        ("mag=  -100.1234", -100.1234),
        ("mag=    -0.0129     0.0760     0.0527", [-0.0129, 0.076, 0.0527]),
        ("mag=  -100.1234-200.1234-300.1234", [-100.1234, -200.1234, -300.1234]),
        ("mag= **********", None),
        ("mag=        NaN", None),
        ("mag=     1.0000     2.0000", None),
        ("", None),
    ],
)
def test_the_spellings_of_a_moment(tmp_path, line, moment):
    end = f"   1 F= -.13808136E+03 E0= -.13808137E+03  d E =0.000000E+00  {line}\n"
    write_files(tmp_path, OSZICAR=writer.oszicar_text(9.0) + end)
    labels = read_labels(tmp_path)
    assert labels["energy_eV"].value == pytest.approx(-138.08137, abs=1e-9)
    if moment is None:
        assert "total_moment_muB" not in labels
    else:
        assert labels["total_moment_muB"].value == pytest.approx(moment, abs=1e-9)


def test_molecular_dynamics_lines_and_line_searches(tmp_path):
    text = writer.oszicar_text(1.0).replace("   1 F=", "   1 T=  300. E= -.10000000E+02 F=")
    noise = (
        " curvature:   0.00 expect dE= 0.000E+00\n step:   1.0000(harm=  1.0000)\n trial: gam= 1\n"
    )
    write_files(tmp_path, OSZICAR=text + noise)
    assert read_labels(tmp_path)["energy_eV"].value == pytest.approx(-17.5, abs=1e-9)
    assert read_labels(tmp_path)["converged"].value is True


@pytest.mark.parametrize(
    ("steps", "nelm", "stopped", "converged"),
    [(59, 60, False, True), (60, 60, False, False), (40, 40, False, False), (8, 60, True, False)],
)
def test_convergence(tmp_path, steps, nelm, stopped, converged):
    write_files(
        tmp_path,
        OSZICAR=writer.oszicar_text(1.0, steps=steps, stopped=stopped),
        OUTCAR=writer.outcar_text(CRYSTAL, moment=1.0, nelm=nelm),
    )
    assert read_labels(tmp_path)["converged"].value is converged


def test_convergence_without_nelm_assumes_the_default_only_where_it_can_hold(tmp_path):
    for steps, converged in ((59, True), (60, False), (75, None)):
        write_files(tmp_path, OSZICAR=writer.oszicar_text(1.0, steps=steps))
        label = read_labels(tmp_path).get("converged")
        assert (label and label.value) is converged
    write_files(tmp_path, INCAR="NELM = 100 ! many\n")
    assert read_labels(tmp_path)["converged"].value is True


def test_outcar_alone(tmp_path):
    write_files(tmp_path, OUTCAR=writer.outcar_text(CRYSTAL, moment=5.8, steps=60))
    labels = read_labels(tmp_path)
    assert labels["total_moment_muB"][:2] == (pytest.approx(5.8, abs=1e-9), "OUTCAR")
    assert labels["energy_eV"].source == "OUTCAR"
    assert labels["converged"].value is False


def test_vasprun_alone_gives_the_moment_from_its_occupations(tmp_path):
    write_files(tmp_path, vasprun=writer.vasprun_text(CRYSTAL, moment=-2.5, steps=7))
    labels = read_labels(tmp_path)
    assert values(labels) == {
        "total_moment_muB": pytest.approx(-2.5, abs=1e-9),
        "energy_eV": pytest.approx(-17.5, abs=1e-9),
        "valence_electrons": pytest.approx(18, abs=1e-9),
        "spin_kind": "collinear",
        "converged": True,
        "ionic_steps_allowed": 0,
        "vasp_version": "6.3.0",
    }
    assert {label.source for label in labels.values()} == {"vasprun.xml"}


@pytest.mark.parametrize("name", ["OSZICAR", "OUTCAR", "vasprun.xml"])
def test_a_file_cut_anywhere_never_says_something_else(tmp_path, name):
    moments = {"moment": -2.5, "local_moments": [-2.5, -2.5, 0.1]}
    text = {
        "OSZICAR": writer.oszicar_text(-2.5),
        "OUTCAR": writer.outcar_text(CRYSTAL, **moments),
        "vasprun.xml": writer.vasprun_text(CRYSTAL, moment=-2.5),
    }[name]
    full = values(read_labels(write_files(tmp_path, **{name.partition(".")[0]: text})))
    assert {"energy_eV", "total_moment_muB", "converged"} <= full.keys()
    for length in range(0, len(text), 7):
        (tmp_path / name).write_text(text[:length])
        cut = values(read_labels(tmp_path))
        cut.pop("converged", None)  # whether the run or the copy was cut cannot be told
        for key, value in cut.items():
            near = pytest.approx(full[key], abs=1e-3) if isinstance(value, float) else full[key]
            assert value == near, (length, key)


def test_a_last_line_without_an_end_counts_where_it_is_whole(tmp_path):
    write_files(tmp_path, OSZICAR=writer.oszicar_text(2.5).rstrip("\n"))
    labels = read_labels(tmp_path)
    assert labels["total_moment_muB"].value == pytest.approx(2.5, abs=1e-9)
    assert labels["converged"].value is True


def test_incar_and_potcar_speak_where_nothing_else_does(tmp_path):
    write_files(
        tmp_path,
        INCAR="SYSTEM = x; ISPIN = 2 # spin\nNELECT = 17\n NSW = 5\n",
        POTCAR=writer.potcar_text(CRYSTAL),
    )
    labels = read_labels(tmp_path)
    assert labels["valence_electrons"] == (17.0, "INCAR", ())
    assert labels["potcar_valences"] == ([6.0, 6.0], "POTCAR", ())
    assert (labels["spin_kind"].value, labels["ionic_steps_allowed"].value) == ("collinear", 5)
    write_files(tmp_path, INCAR="LSORBIT = .TRUE.\n")
    assert read_labels(tmp_path)["spin_kind"].value == "noncollinear"
    write_files(tmp_path, INCAR="ENCUT = 400\n")
    assert "spin_kind" not in read_labels(tmp_path)


def test_files_with_the_charge_files_suffix_come_first(tmp_path):
    for number, suffix in enumerate(("", ".relax1", ".relax2"), start=1):
        writer.write(tmp_path / f"OSZICAR{suffix}.gz", writer.oszicar_text(float(number)))

    def moment(charge_file):
        return read_labels(tmp_path, str(tmp_path / charge_file))["total_moment_muB"]

    assert moment("CHGCAR.relax1.gz")[:2] == (2.0, "OSZICAR.relax1.gz")
    assert moment("CHGCAR.gz")[:2] == moment("CHGCAR.other")[:2] == (1.0, "OSZICAR.gz")
    (tmp_path / "OSZICAR.gz").unlink()
    assert moment("CHGCAR")[:2] == (3.0, "OSZICAR.relax2.gz")


@pytest.mark.parametrize("name", ["OSZICAR", "OUTCAR", "vasprun.xml", "INCAR", "POTCAR", "POSCAR"])
@pytest.mark.parametrize("content", [b"", bytes(range(256)) * 99, b"\x1f\x8bbad", b"<" * 999])
def test_a_damaged_file_loses_nothing_but_itself(tmp_path, name, content):
    writer.write_run(tmp_path)
    writer.write(tmp_path / "vasprun.xml", writer.vasprun_text(CRYSTAL, moment=5.8))
    before = read_labels(tmp_path)
    (tmp_path / name).write_bytes(content)
    after = read_labels(tmp_path)
    assert after["total_moment_muB"].value == pytest.approx(5.8, abs=1e-9)
    assert after["valence_electrons"].value == before["valence_electrons"].value
    assert all(label.source != name for label in after.values())


def test_an_outcar_cut_in_its_moments_gives_none_rather_than_some(tmp_path):
    text = writer.outcar_text(CRYSTAL, moment=5.8, local_moments=[3.0, 3.0, -0.2])
    write_files(tmp_path, OUTCAR=text[: text.index("    3   ", text.index("magnetization (x)"))])
    labels = read_labels(tmp_path)
    assert "local_moments_muB" not in labels and "order_final" not in labels
    assert labels["total_moment_muB"].value == pytest.approx(5.8, abs=1e-9)


def test_a_compressed_outcar_cut_short_says_what_was_before_the_cut(tmp_path):
    text = writer.outcar_text(CRYSTAL, moment=5.8) + "x" * 3_000_000
    whole = gzip.compress(text.encode(), compresslevel=0)
    (tmp_path / "OUTCAR.gz").write_bytes(whole[: len(whole) - 1_000_000])
    assert read_labels(tmp_path)["valence_electrons"].value == 18.0


def test_the_last_of_several_ionic_steps_counts(tmp_path):
    first = writer.outcar_text(CRYSTAL, moment=1.0, local_moments=[1.0, -1.0, 0.0], energy=-1.0)
    last = writer.outcar_text(CRYSTAL, moment=5.8, local_moments=[3.0, 3.0, -0.2], energy=-2.0)
    labels = read_labels(write_files(tmp_path, OUTCAR=first + last))
    assert labels["total_moment_muB"].value == pytest.approx(5.8, abs=1e-9)
    assert labels["energy_eV"].value == pytest.approx(-2.0, abs=1e-9)
    assert labels["local_moments_muB"].value == [3.0, 3.0, -0.2]


def test_a_large_outcar_is_read_from_its_ends(tmp_path):
    head = writer.outcar_text(CRYSTAL, moment=1.0)
    tail = writer.outcar_text(CRYSTAL, moment=5.8, local_moments=[3.0, 3.0, -0.2])
    with open(tmp_path / "OUTCAR", "w") as file:
        file.write(head)
        file.truncate(300 << 20)  # sparse
        file.seek(0, os.SEEK_END)
        file.write("\n" + tail)
    tracemalloc.start()
    labels = read_labels(tmp_path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200 << 20, "not the whole file"
    assert labels["total_moment_muB"].value == pytest.approx(5.8, abs=1e-9)
    assert labels["valence_electrons"].value == 18.0


def test_a_pipe_in_place_of_a_file_does_not_hang(tmp_path):
    os.mkfifo(tmp_path / "OUTCAR")
    assert read_labels(tmp_path) == {}
    assert read_labels(tmp_path / "nowhere") == {}
