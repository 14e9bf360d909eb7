"""Charge files that VASP and other tools write in uncommon forms."""

import tarfile
import zipfile

import numpy as np
import pytest

import chgcar_writer as writer
from spinlens.calculations.charge_file import read_charge_file
from spinlens.calculations.vasp_header import read_poscar
from spinlens.core.errors import Excluded

CRYSTAL = writer.Crystal()
SITES = np.array(CRYSTAL.positions)
LATTICE = np.array(CRYSTAL.lattice)


def wrapped(text, symbols, counts):
    """The text of a file of one site per group, with 20 groups on a line as VASP writes them."""
    lines = text.splitlines(keepends=True)
    at = next(n for n, line in enumerate(lines) if line.split()[:1] == ["Direct"])

    def rows(words):
        return ["   ".join(words[n : n + 20]) + "\n" for n in range(0, len(words), 20)]

    return "".join([*lines[: at - 2], *rows(symbols), *rows(counts), *lines[at:]])


@pytest.mark.parametrize("sites", [20, 24, 45])
@pytest.mark.parametrize("vasp4", [False, True])
def test_lines_of_species_wrap_after_twenty_groups(tmp_path, sites, vasp4):
    crystal = writer.Crystal(
        elements=("Fe", "Co") * (sites // 2) + ("Fe",) * (sites % 2),
        positions=tuple((0.0, 0.0, n / sites) for n in range(sites)),
        valences=(8.0, 9.0),
    )
    blocks = writer.magnetic_blocks(crystal, [2.0] * sites)
    symbols, ones = list(crystal.elements), ["1"] * sites
    text = wrapped(writer.charge_text(blocks, crystal), symbols, ones)
    poscar = wrapped(writer.poscar_text(crystal), symbols, ones)
    if vasp4:
        text = "".join(line for line in text.splitlines(True) if line.split()[:1] != ["Fe"])
    writer.write(tmp_path / "CHGCAR", text)
    writer.write(tmp_path / "POSCAR", poscar)
    found = read_charge_file(tmp_path / "CHGCAR")
    assert found.elements == symbols and found.groups == [1] * sites
    assert found.charge.mean() == pytest.approx(crystal.electrons, abs=1e-6)


def test_a_pseudo_hydrogen_is_hydrogen(tmp_path):
    crystal = writer.Crystal(elements=("Cr", "Cr", "H"), valences=(6.0, 1.0))
    text = writer.charge_text(writer.magnetic_blocks(crystal), crystal)
    assert "Cr   H\n" in text
    writer.write(tmp_path / "CHGCAR", text.replace("Cr   H\n", "Cr_pv/9ad6e   H1.33/1a2b3\n"))
    assert read_charge_file(tmp_path / "CHGCAR").elements == ["Cr", "Cr", "H"]


@pytest.mark.parametrize("length", [4000, 5000, 300_000])
def test_a_title_may_be_long(tmp_path, length):
    header, *rest = writer.charge_text(writer.magnetic_blocks()).split("\n", 1)
    writer.write(tmp_path / "CHGCAR", "\n".join([length * "x", *rest]))
    assert read_charge_file(tmp_path / "CHGCAR").formula == "Cr2Te"


@pytest.mark.parametrize("title", ["unknown system", "2 steps of Fe"])
def test_of_several_steps_in_a_chg_the_last_counts(tmp_path, title):
    steps = [
        writer.charge_text(
            writer.magnetic_blocks(moments=(m, m, 0.0)), augmentation=False, per_ion_moments=False
        ).replace("written by a test", title)
        for m in (1.0, 2.0, 3.0)
    ]
    writer.write(tmp_path / "CHG", "".join(steps))
    found = read_charge_file(tmp_path / "CHG")
    assert found.magnetization.mean() == pytest.approx(6, abs=1e-6)
    assert found.note == "the last of 3 steps in the file"
    writer.write(tmp_path / "CHGCAR", "".join(steps))  # two runs in one file are no step
    with pytest.raises(Excluded, match="stands where block 2 has ended"):
        read_charge_file(tmp_path / "CHGCAR")


@pytest.mark.parametrize("blocks", [0, 1])
def test_a_last_step_that_is_cut_is_refused(tmp_path, blocks):
    layout = {"augmentation": False, "per_ion_moments": False}
    whole = writer.charge_text(writer.magnetic_blocks(), **layout)
    cut = writer.charge_text(writer.magnetic_blocks()[:blocks], **layout)
    writer.write(tmp_path / "CHG", whole + cut)
    with pytest.raises(Excluded, match="is cut"):
        read_charge_file(tmp_path / "CHG")


def test_archives_are_named(tmp_path):
    """Stored or compressed: the header of a stored member would pass for a title."""
    file = writer.write(tmp_path / "CHGCAR", writer.charge_text(writer.magnetic_blocks()))
    with tarfile.open(tmp_path / "CHGCAR.tar", "w") as archive:
        archive.add(file, "CHGCAR")
    with tarfile.open(tmp_path / "CHGCAR.tar.gz", "w:gz") as archive:
        archive.add(file, "CHGCAR")
    with zipfile.ZipFile(tmp_path / "CHGCAR.zip", "w") as archive:
        archive.write(file, "CHGCAR")
    for name, kind in (("CHGCAR.tar", "tar"), ("CHGCAR.tar.gz", "tar"), ("CHGCAR.zip", "zip")):
        with pytest.raises(Excluded, match=f"^{name} is a {kind} archive: unpack it$"):
            read_charge_file(tmp_path / name)


def write_hdf5(path, scale, lattice, sites, direct):
    h5py = pytest.importorskip("h5py")
    with h5py.File(path, "w") as file:
        file["charge/charge"] = np.stack([block.T for block in writer.magnetic_blocks()])
        group = file.create_group("structure/positions")
        group["scale"], group["direct_coordinates"] = scale, direct
        group["lattice_vectors"], group["position_ions"] = lattice, sites
        group["ion_types"], group["number_ion_types"] = np.array([b"Cr_pv", b"Te"]), [2, 1]
    return path


VOLUME = abs(np.linalg.det(LATTICE))
FORMS = {  # of one structure: scale, lattice, sites, whether the sites are fractional
    "direct": (1.0, LATTICE, SITES, 1),
    "cartesian": (1.0, LATTICE, SITES @ LATTICE, 0),
    "factor": (2.0, LATTICE / 2, SITES @ LATTICE / 2, 0),
    "volume": (-VOLUME, LATTICE / 3, SITES, 1),
    "volume, cartesian": (-VOLUME, LATTICE / 3, SITES @ LATTICE / 3, 0),
    "three factors": ([2.0, 1.0, 0.5], LATTICE / [2, 1, 0.5], SITES @ LATTICE / [2, 1, 0.5], 0),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("as_array", [False, True])
def test_hdf5_structures_of_every_form_are_one(tmp_path, form, as_array):
    scale, lattice, sites, direct = FORMS[form]
    scale = np.ravel(scale) if as_array or np.ndim(scale) else scale
    found = read_charge_file(write_hdf5(tmp_path / "vaspwave.h5", scale, lattice, sites, direct))
    np.testing.assert_allclose(found.lattice, LATTICE, atol=1e-9)
    np.testing.assert_allclose(found.positions, SITES, atol=1e-9)
    assert found.elements == ["Cr", "Cr", "Te"]


@pytest.mark.parametrize("form", FORMS)
def test_poscars_of_every_form_are_one(tmp_path, form):
    scale, lattice, sites, direct = FORMS[form]
    lines = ["x", " ".join(f"{factor:.12f}" for factor in np.ravel(scale))]
    lines += [" ".join(f"{x:.12f}" for x in row) for row in lattice]
    lines += ["Cr Te", "2 1", "Direct" if direct else "Cartesian"]
    lines += [" ".join(f"{x:.12f}" for x in site) for site in sites]
    found = read_poscar(writer.write(tmp_path / "POSCAR", "\n".join(lines)))
    np.testing.assert_allclose(found.lattice, LATTICE, atol=1e-9)
    np.testing.assert_allclose(found.positions, SITES, atol=1e-9)
