"""What the autoencoder takes and gives: a few points with names about their centre.

A molecule is its atoms; a shape of cubes its cubes, each named `cube`; of a layer, periodic along
a and b, the atoms of one cell and, as points named `cell`, the tips of ±a and ±b.
"""

from typing import NamedTuple

import numpy as np
from ase import Atoms

from spinlens.atoms import crystals, molecules, tetris
from spinlens.core.errors import SpinlensError

CUBE, CELL = "cube", "cell"
FLAT = 1.0  # Å², of the smallest cell that is one
FAMILIES = ("shapes", "molecules", "crystals")


class Motif(NamedTuple):
    """Names of points (list) and positions (points, 3) in Å about their mean; the structure's
    own name and family."""

    name: str
    family: str
    symbols: list
    positions: np.ndarray


def read(source, folders, most_atoms):
    """Motifs of all shapes, of molecules of up to so many atoms (`g2`, or a file), and of layers
    whose POSCARs are in folders; of those of one name the first counts. Raises SpinlensError, one
    line, where a source does not fit."""
    layers = {}
    for folder in folders:
        layers = crystals.read(folder) | layers
    found = [of_crystal(name, layer) for name, layer in sorted(layers.items())]
    return [*of_shapes(), *of_molecules(molecules.read(source), most_atoms), *found]


def names_of(motifs):
    """Names of points in motifs, in alphabetical order."""
    return sorted({symbol for motif in motifs for symbol in motif.symbols})


def of_shapes():
    """Motifs of the eight shapes of cubes, whose edge is 1 Å."""
    return [
        Motif(name, "shapes", [CUBE] * len(own), own.astype(float))
        for name, own in zip(tetris.NAMES, tetris.shapes(), strict=True)
    ]


def of_molecules(found_molecules, most_atoms):
    """Motifs of molecules (ase.Atoms) of up to so many atoms; those of one formula are numbered."""
    found, seen = [], {}
    for molecule in found_molecules:
        if len(molecule) > most_atoms:
            continue
        formula = molecule.get_chemical_formula()
        seen[formula] = seen.get(formula, 0) + 1
        name = formula if seen[formula] == 1 else f"{formula} ({seen[formula]})"
        centred = molecule.positions - molecule.positions.mean(axis=0)
        found.append(Motif(name, "molecules", list(molecule.symbols), centred))
    return found


def of_crystal(name, crystal):
    """Motif of a layer (ase.Atoms): the images of its atoms that are nearest the circular mean of
    their fractional coordinates, and the tips of its vectors ±a and ±b."""
    fractional = crystal.get_scaled_positions()
    middle = np.angle(np.exp(2j * np.pi * fractional).mean(axis=0)) / (2 * np.pi)
    away = fractional - middle
    # What is half a cell away stays on the side on which it is written.
    positions = (away - np.rint(np.round(away, 6))) @ crystal.cell.array
    a, b = crystal.cell.array[:2]
    tips = np.array([a, -a, b, -b])
    centred = np.concatenate([positions - positions.mean(axis=0), tips])
    return Motif(name, "crystals", list(crystal.symbols) + [CELL] * 4, centred)


def atoms(motif, height=16.0):
    """A motif as ase.Atoms: a molecule, or the layer of which `cell` points are the tips, in a
    cell of that height in Å. Raises SpinlensError where tips are no two vectors and their
    negatives, or a point is no atom."""
    tips = np.array([p for s, p in zip(motif.symbols, motif.positions, strict=True) if s == CELL])
    kept = [i for i, symbol in enumerate(motif.symbols) if symbol != CELL]
    symbols = [motif.symbols[i] for i in kept]
    if CUBE in symbols or not symbols:
        raise SpinlensError("a point is no atom")
    if not len(tips):
        return Atoms(symbols, motif.positions[kept])
    a, b = _vectors(tips)
    normal = np.cross(a, b)
    if np.linalg.norm(normal) < FLAT:
        raise SpinlensError("tips of cell vectors lie on one line")
    cell = np.array([a, b, height * normal / np.linalg.norm(normal)])
    crystal = Atoms(symbols, motif.positions[kept], cell=cell, pbc=(True, True, False))
    crystal.positions += cell[2] / 2 - crystal.positions.mean(axis=0)
    crystal.wrap()
    return crystal


def padded(motifs, names, points=None):
    """Arrays of motifs: `species` (motifs, points), whole numbers in the order of `names`,
    `positions` (motifs, points, 3) in Å and `mask` (motifs, points)."""
    points = points or max(len(motif.symbols) for motif in motifs)
    shape = len(motifs), points
    species, mask = np.zeros(shape, "int32"), np.zeros(shape, "float32")
    positions = np.zeros((*shape, 3), "float32")
    number = {name: i for i, name in enumerate(names)}
    for row, motif in enumerate(motifs):
        size = len(motif.symbols)
        species[row, :size] = [number[symbol] for symbol in motif.symbols]
        positions[row, :size], mask[row, :size] = motif.positions, 1
    return {"species": species, "positions": positions, "mask": mask}


def turned(motif, matrix):
    """A motif, every point turned by a matrix (3, 3)."""
    return motif._replace(positions=motif.positions @ np.asarray(matrix).T)


def _vectors(tips):
    """a and b, at an obtuse or right angle, of tips ±a and ±b."""
    if len(tips) != 4:
        raise SpinlensError(f"{len(tips)} tips of cell vectors, not 4")
    a = tips[0]
    opposite = 1 + np.linalg.norm(tips[1:] + a, axis=1).argmin()
    b, c = (tips[i] for i in range(1, 4) if i != opposite)
    if max(np.linalg.norm(tips[opposite] + a), np.linalg.norm(b + c)) > 0.5:
        raise SpinlensError("tips of cell vectors are not opposite each other")
    return (a - tips[opposite]) / 2, (b - c) / 2 if a @ b <= 0 else (c - b) / 2
