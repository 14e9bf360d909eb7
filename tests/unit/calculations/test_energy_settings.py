"""Settings that energies must share, as OUTCAR, INCAR and vasprun.xml give them."""

import pytest

import chgcar_writer as writer
from spinlens.calculations import energy_settings
from spinlens.calculations.labels import read_labels

CRYSTAL = writer.Crystal()
PBE = ["PAW_PBE Ni 06Sep2000", "PAW_PBE O 08Apr2002"]
OUTCAR = """
   ENCUT  =  520.0 eV  38.22 Ry    6.18 a.u.
   ISMEAR =     0;   SIGMA  =   0.05  broadening in eV
   METAGGA=      F    non-selfconsistent MetaGGA calc.
   GGA     =    --    GGA type
   LHFCALC =     F    Hartree Fock is set to
   LSORBIT =      F    spin-orbit coupling
   LDA+U is selected, type is set to LDAUTYPE =  2
   angular momentum for each species LDAUL =     2   -1
   U (eV)           for each species LDAUU =     5.0  0.0
   J (eV)           for each species LDAUJ =     0.0  0.0
"""


def of_tags(titles=PBE, **tags):
    return energy_settings.labels(tags, ["Ni", "O"], titles)


def test_outcar_tells_all_of_them():
    found = energy_settings.labels(energy_settings.tags_in_outcar(OUTCAR), ["Ni", "O"], PBE)
    assert found == {
        "hubbard_u": "type 2: Ni l 2 U 5 J 0",
        "van_der_waals": "none",
        "spin_orbit": 0,
        "functional": "PE",
        "cutoff_eV": 520.0,
        "smearing": "ISMEAR 0, SIGMA 0.05",
        "potentials": "PAW_PBE Ni 06Sep2000, PAW_PBE O 08Apr2002",
    }


@pytest.mark.parametrize(
    ("tags", "name", "value"),
    [
        ({"GGA": "PS"}, "functional", "PS"),
        ({"GGA": "pe"}, "functional", "PE"),
        ({"METAGGA": "SCAN"}, "functional", "SCAN"),
        ({"LHFCALC": ".TRUE.", "HFSCREEN": "0.2"}, "functional",
         "PE hybrid AEXX 0.25 HFSCREEN 0.2"),
        ({"LDAU": ".TRUE.", "LDAUL": "2 -1", "LDAUU": "5.0 0.0", "LDAUJ": "0 0"}, "hubbard_u",
         "type 2: Ni l 2 U 5 J 0"),
        ({"LDAU": "T", "LDAUL": "2 -1", "LDAUU": "0.0 0.0"}, "hubbard_u", "none"),
        ({"LDAU": "F", "LDAUU": "5.0 0.0"}, "hubbard_u", "none"),
        ({"IVDW": "12"}, "van_der_waals", "IVDW 12"),
        ({"LUSE_VDW": "T"}, "van_der_waals", "LUSE_VDW"),
        ({"ISMEAR": "-5", "SIGMA": "0.05"}, "smearing", "ISMEAR -5"),
        ({"LSORBIT": ".TRUE."}, "spin_orbit", 1),
        ({"KSPACING": "0.3"}, "kpoint_spacing", "0.3"),
    ],
)  # fmt: skip
def test_a_tag_changes_its_label_alone(tags, name, value):
    found, plain = of_tags(**tags), of_tags()
    assert found[name] == value
    assert {n: v for n, v in found.items() if n != name} == {
        n: v for n, v in plain.items() if n != name
    }


def test_the_family_of_the_potentials_is_the_functional_without_a_tag():
    assert of_tags()["functional"] == "PE"
    assert of_tags(["PAW Ni 06Sep2000"])["functional"] == "CA"
    assert "functional" not in of_tags([])


@pytest.mark.parametrize(
    ("lines", "mesh"),
    [
        (["k", "0", "Gamma", "6 6 1", "0 0 0"], "6x6x1"),
        (["k", "0", "Monkhorst-Pack", " 4 4 4 ! mesh"], "4x4x4"),
        (["k", "0", "Auto", "20"], ""),
        (["k", "10", "Line-mode", "Reciprocal", "0 0 0"], ""),
        ([], ""),
    ],
)
def test_the_mesh_of_kpoints(tmp_path, lines, mesh):
    file = writer.write(tmp_path / "KPOINTS", "\n".join(lines))
    assert energy_settings.mesh_of_kpoints(file) == mesh


def test_the_labels_of_a_run_hold_them_with_their_files(tmp_path):
    outcar = writer.outcar_text(CRYSTAL, moment=5.8) + "   GGA     =    PS    GGA type\n"
    writer.write(tmp_path / "OUTCAR", outcar)
    writer.write(tmp_path / "INCAR", "ENCUT = 400\nGGA = PE ; ISPIN = 2\n")
    writer.write(tmp_path / "KPOINTS", "k\n0\nGamma\n3 3 2\n")
    found = read_labels(tmp_path)
    assert found["functional"][:2] == ("PS", "OUTCAR and INCAR")  # what the run used, first
    assert found["cutoff_eV"].value == 400 and found["kpoints"].value == "3x3x2"
    assert found["potentials"].value == "PAW_PBE Cr 06Sep2000, PAW_PBE Te 06Sep2000"


def test_vasprun_tells_them_where_no_other_file_does(tmp_path):
    text = writer.vasprun_text(CRYSTAL, moment=5.8).replace(
        '<separator name="electronic">',
        '<separator name="electronic"><i name="ENMAX"> 350.0</i><i type="string" name="GGA">--</i>'
        '<i type="logical" name="LDAU"> T  </i><v type="int" name="LDAUL"> 2 -1</v>'
        '<v name="LDAUU"> 3.0 0.0</v><v name="SAXIS"> 1.0 0.0 0.0</v>'
        '<i type="int" name="ICHARG"> 2</i>',
    )
    text = text.replace(
        "<parameters>",
        "<atominfo><array><set><rc><c>2</c><c>Cr</c><c> PAW_PBE Cr 06Sep2000 </c></rc></set>"
        "</array></atominfo><parameters>",
    )
    writer.write(tmp_path / "vasprun.xml", text)
    found = {name: label.value for name, label in read_labels(tmp_path).items()}
    assert found["cutoff_eV"] == 350 and found["functional"] == "PE"
    assert found["hubbard_u"] == "type 2: 1 l 2 U 3 J 0"
    assert found["saxis"] == [1, 0, 0] and found["energy_eV"] == -17.5


def test_nothing_is_known_without_an_input_or_output(tmp_path):
    writer.write(tmp_path / "OSZICAR", writer.oszicar_text(5.8))
    assert not set(energy_settings.LABELS) & read_labels(tmp_path).keys()
