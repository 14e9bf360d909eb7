"""The parent Cr2Ge2Te6, decorated and fitted as the config says."""

import numpy as np
import yaml
from pymatgen.symmetry.analyzer import SpacegroupAnalyzer

from paths import ROOT
from spinlens.structures import geometry, parent
from spinlens.structures.decoration import decorations

PARENT = ROOT / "resources" / "structures" / "Cr2Ge2Te6.vasp"
FAMILY = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8"))["decorate"]
ROCK_SALT = """data_MnO
_cell_length_a 4.444
_cell_length_b 4.444
_cell_length_c 4.444
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma 90
_symmetry_space_group_name_H-M 'F m -3 m'
_symmetry_Int_Tables_number 225
loop_
_atom_site_label
_atom_site_type_symbol
_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
_atom_site_occupancy
Mn Mn 0 0 0 {occupancy}
O O 0.5 0.5 0.5 1
"""


def symbols(structure):
    return tuple(site.specie.symbol for site in structure)


def family(groups=FAMILY, crystal=None):
    crystal = crystal or parent.read(PARENT, 16)
    return decorations(symbols(crystal), groups, parent.site_permutations(crystal))


def fit(elements):
    crystal = parent.read(PARENT, 16)
    return geometry.fit(crystal, parent.bonds(crystal), elements)


def distances(structure):
    return np.sort(structure.distance_matrix[np.triu_indices(len(structure), 1)])


def spacegroup(structure):
    return SpacegroupAnalyzer(structure, 1e-3).get_space_group_symbol()
