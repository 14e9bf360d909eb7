"""The crystal around a filter's window: what of it the window can see, and the shells."""

import numpy as np

from spinlens.crystal.reference_cell import images, nearest_magnetic
from spinlens.crystal.shells import shells
from spinlens.plots import lattice
from spinlens.plots.atoms import draw_atoms, draw_shells


def draw_around(axes, panel, crystal):
    """Draw the atoms of a Crystal that lie within the depth of a filters.Panel's window, over
    all of `axes`, and the shells around the A site nearest to the window's centre."""
    picture, depth = lattice.frame(crystal.lattice, panel.axis), _depth(panel, crystal)
    limits = np.array([axes.get_xlim()[1], axes.get_ylim()[1]])
    found, apart = images(crystal, panel.centre, np.linalg.norm(limits) + 1.2 * depth)
    points = apart @ picture.T
    shown = np.abs(_along(apart, crystal, panel.axis)) <= depth + 1e-9
    draw_atoms(axes, [crystal.elements[site] for site in found[shown]], points[shown])
    draw_shells(axes, nearest_magnetic(crystal, panel.centre) @ picture.T, shells(crystal))


def _depth(panel, crystal):
    """Half the window's thickness in Å along the line of sight; a projected c is all cell."""
    index = "abc".index(panel.axis)
    if panel.thickness == 1:
        return np.linalg.norm(crystal.lattice[index]) / 2
    return panel.thickness * np.linalg.norm(panel.vectors[index]) / 2


def _along(apart, crystal, axis):
    """How many Å along the lattice vector of the line of sight a Cartesian offset reaches."""
    index = "abc".index(axis)
    fraction = apart @ np.linalg.inv(crystal.lattice)
    return fraction[:, index] * np.linalg.norm(crystal.lattice[index])
