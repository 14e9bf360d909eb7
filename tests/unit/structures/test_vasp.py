"""Input sets for VASP, and what is never overwritten."""

import numpy as np

from decorated import PARENT
from spinlens.structures import parent, vasp


def test_points_are_as_dense_as_asked():
    lattice = parent.read(PARENT, 16).lattice
    for spacing in (0.1, 0.2, 0.5):
        mesh = vasp.kpoints(lattice, spacing).kpts[0]
        apart = lattice.reciprocal_lattice.a / np.array(mesh[:2])
        assert (apart <= spacing + 1e-9).all() and (apart > spacing * 0.7).all()
        assert mesh[2] == 1
    assert vasp.kpoints(lattice, 0.1, slab=False).kpts[0][2] == 4
