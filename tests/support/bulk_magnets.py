"""Bulk magnets and molecules of Gaussians: cubic, hexagonal, tetragonal; FM, AFM, FiM; one atom."""

import numpy as np

import chgcar_writer as writer
import other_formats

BCC = np.array([[-0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0.5, 0.5, -0.5]])
FCC = np.array([[0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
RHOMBOHEDRAL = np.array([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]])
HEXAGONAL = np.array([[1, 0, 0], [-0.5, 0.75**0.5, 0], [0, 0, 1.623]])
ROCK_SALT = ((0, 0, 0), (0.5, 0.5, 0.5), (0.25, 0.25, 0.25), (0.75, 0.75, 0.75))
CENTRED = ((0, 0, 0), (0.5, 0.5, 0.5))
# Lattice in Å, elements, fractional positions, moments in μB and valences by element.
MAGNETS = {
    "Fe": (2.87 * BCC, ("Fe",), CENTRED[:1], (2.2,), (8,)),
    "Ni": (3.52 * FCC, ("Ni",), CENTRED[:1], (0.6,), (10,)),
    "Co": (2.51 * HEXAGONAL, ("Co",) * 2, ((1 / 3, 2 / 3, 0.25), (2 / 3, 1 / 3, 0.75)),
           (1.6, 1.6), (9,)),
    "FeCo": (2.86 * np.eye(3), ("Fe", "Co"), CENTRED, (2.8, 1.7), (8, 9)),
    "NiO_AFM": (4.17 * RHOMBOHEDRAL, ("Ni", "Ni", "O", "O"), ROCK_SALT, (1.5, -1.5, 0, 0), (10, 6)),
    "MnO_AFM": (4.44 * RHOMBOHEDRAL, ("Mn", "Mn", "O", "O"), ROCK_SALT, (4.5, -4.5, 0, 0), (7, 6)),
    "MnO_FM": (4.44 * RHOMBOHEDRAL, ("Mn", "Mn", "O", "O"), ROCK_SALT, (4.6, 4.6, 0.4, 0.4),
               (7, 6)),
    "MnCo_FiM": (2.86 * np.eye(3), ("Mn", "Co"), CENTRED, (3.0, -0.5), (7, 9)),
    "H": (5.0 * np.eye(3), ("H",), CENTRED[1:], (1.0,), (1,)),
    "O2": (np.diag([5.5, 5.6, 6.6]), ("O", "O"), ((0.5, 0.5, 0.41), (0.5, 0.5, 0.59)),
           (1.0, 1.0), (6,)),
}  # fmt: skip
SHAPE = (16, 16, 18)


def crystal(name):
    lattice, elements, positions, _, valences = MAGNETS[name]
    return writer.Crystal(
        tuple(map(tuple, lattice)), elements, positions, tuple(map(float, valences))
    )


def blocks(name):
    """[charge, magnetization] as stored."""
    own = crystal(name)
    magnetization = writer.gaussians(own, SHAPE, MAGNETS[name][3], 0.45)
    return [writer.gaussians(own, SHAPE, _valences(own), 0.45), magnetization]


def write_trees(root):
    """The same magnets as CHGCAR, as JSON of pymatgen and as pairs of cube files; their folders."""
    for name in MAGNETS:
        own, densities = crystal(name), blocks(name)
        writer.write(root / "vasp" / name / "CHGCAR", writer.charge_text(densities, own))
        content = other_formats.pymatgen_dict(densities, own)
        other_formats.write_json(root / "json" / f"{name}.json.gz", content)
        for part, density in zip(("charge", "spin"), densities, strict=True):
            other_formats.write_cube_file(root / "cube" / name / f"{part}.cube", density, own)
    return {kind: root / kind for kind in ("vasp", "json", "cube")}


def _valences(own):
    by_element = dict(zip(own.symbols, own.valences, strict=True))
    return [by_element[element] for element in own.elements]
