"""Write densities as other programs keep them: pymatgen's JSON, cube files, separate files."""

import json
from pathlib import Path

import numpy as np
from ase import Atoms
from ase.io.cube import write_cube
from ase.units import Bohr
from pymatgen.core import Structure
from pymatgen.io.vasp import Chgcar, Poscar

import chgcar_writer as writer

KEYS = {1: ("total",), 2: ("total", "diff"), 4: ("total", "diff_x", "diff_y", "diff_z")}


def pymatgen_dict(blocks, crystal):
    """Dictionary of Chgcar.as_dict of the blocks as stored."""
    structure = Structure(crystal.lattice, crystal.elements, crystal.positions)
    data = dict(zip(KEYS[len(blocks)], blocks, strict=True))
    return json.loads(Chgcar(Poscar(structure), data).to_json())


def write_json(path, content):
    """Write JSON, compressed if the name says so."""
    return writer.write(path, json.dumps(content))


def write_cube_file(path, block, crystal, *, unit=Bohr**3, origin=(0.0, 0.0, 0.0)):
    """Write a block as stored as a cube file of density in e per `unit` Å³."""
    volume = abs(np.linalg.det(crystal.lattice))
    atoms = Atoms(crystal.elements, cell=crystal.lattice, scaled_positions=crystal.positions)
    atoms.positions += np.array(origin)
    path = Path(path)
    plain = path.with_name(f".{path.name}")  # ASE writes numbers past a wrapper of text
    plain.parent.mkdir(parents=True, exist_ok=True)
    with open(plain, "w") as file:
        write_cube(file, atoms, np.asarray(block) / volume * unit, origin=np.array(origin))
    text = plain.read_text()
    plain.unlink()
    return writer.write(path, text)
