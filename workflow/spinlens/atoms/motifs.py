"""What the autoencoder encodes: points with symbols about their centre.

A molecule is its atoms; a shape of cubes its cubes, each with the symbol `cube`; a layer, periodic
along a and b, the atoms of one cell and the tips of ±a and ±b, with the symbol `cell`.
"""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from ase import Atoms
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.transform import Rotation

from spinlens.atoms import points, structure_sets, tetris
from spinlens.core.errors import SpinlensError

CUBE, CELL = "cube", "cell"
SMALLEST_CELL = 1.0  # Å²
FAMILIES = ("shapes", "molecules", "crystals")

Positions = NDArray[np.floating[Any]]


class Motif(NamedTuple):
    """Points of a structure.

    Parameters
    ----------
    name, family
        Name of the structure, and one of FAMILIES.
    symbols, positions
        Symbols of the points, and positions (points, 3) in Å about their mean.
    """

    name: str
    family: str
    symbols: list[str]
    positions: Positions


def read(source: Path | str, folders: Iterable[Path | str], most_atoms: int) -> list[Motif]:
    """Return motifs of all shapes, of molecules and of layers.

    Parameters
    ----------
    source, most_atoms
        Molecules as `structure_sets.read_molecules` takes them, and the largest size of them.
    folders
        Directories of POSCARs; of layers of one name the first counts.

    Raises
    ------
    SpinlensError
        If a source cannot be read.
    """
    layers: dict[str, Atoms] = {}
    for folder in folders:
        layers = structure_sets.read_poscars(folder) | layers
    molecules = of_molecules(structure_sets.read_molecules(source), most_atoms)
    crystals = [of_crystal(name, layer) for name, layer in sorted(layers.items())]
    return [*of_shapes(), *molecules, *crystals]


def vocabulary_of(motifs: Iterable[Motif]) -> list[str]:
    """Return the symbols in motifs, in alphabetical order.

    Parameters
    ----------
    motifs
        Motifs.
    """
    return sorted({symbol for motif in motifs for symbol in motif.symbols})


def of_shapes() -> list[Motif]:
    """Return motifs of the eight shapes of cubes, whose edge is 1 Å."""
    return [
        Motif(name, "shapes", [CUBE] * len(own), own.astype(float))
        for name, own in zip(tetris.NAMES, tetris.shapes(), strict=True)
    ]


def of_molecules(molecules: Iterable[Atoms], most_atoms: int) -> list[Motif]:
    """Return motifs of molecules; those of one formula are numbered.

    Parameters
    ----------
    molecules, most_atoms
        Molecules, and the largest size of those that are kept.
    """
    motifs: list[Motif] = []
    counts: dict[str, int] = {}
    for molecule in molecules:
        if len(molecule) > most_atoms:
            continue
        formula = molecule.get_chemical_formula()
        counts[formula] = counts.get(formula, 0) + 1
        name = formula if counts[formula] == 1 else f"{formula} ({counts[formula]})"
        centred = molecule.positions - molecule.positions.mean(axis=0)
        motifs.append(Motif(name, "molecules", list(molecule.symbols), centred))
    return motifs


def of_crystal(name: str, crystal: Atoms) -> Motif:
    """Return the motif of a layer: the images of its atoms nearest their circular mean, and tips.

    Parameters
    ----------
    name, crystal
        Name, and a layer, periodic along a and b.
    """
    fractional = crystal.get_scaled_positions()
    middle = np.angle(np.exp(2j * np.pi * fractional).mean(axis=0)) / (2 * np.pi)
    away = fractional - middle
    # What is half a cell away stays on the side on which it is written.
    positions = (away - np.rint(np.round(away, 6))) @ crystal.cell.array
    a, b = crystal.cell.array[:2]
    tips = np.array([a, -a, b, -b])
    centred = np.concatenate([positions - positions.mean(axis=0), tips])
    return Motif(name, "crystals", list(crystal.symbols) + [CELL] * 4, centred)


def to_atoms(motif: Motif, height: float = 16.0) -> Atoms:
    """Return a molecule, or the layer of which `cell` points are the tips.

    Parameters
    ----------
    motif, height
        Motif, and height in Å of a layer's cell.

    Raises
    ------
    SpinlensError
        If the tips are not two vectors and their negatives, or a point is no atom.
    """
    tips = np.array([p for s, p in zip(motif.symbols, motif.positions, strict=True) if s == CELL])
    kept = [i for i, symbol in enumerate(motif.symbols) if symbol != CELL]
    symbols = [motif.symbols[i] for i in kept]
    if CUBE in symbols or not symbols:
        raise SpinlensError("a point is no atom")
    if not len(tips):
        return Atoms(symbols, motif.positions[kept])
    a, b = _cell_vectors(tips)
    normal = np.cross(a, b)
    if np.linalg.norm(normal) < SMALLEST_CELL:
        raise SpinlensError("tips of cell vectors lie on one line")
    cell = np.array([a, b, height * normal / np.linalg.norm(normal)])
    crystal = Atoms(symbols, motif.positions[kept], cell=cell, pbc=(True, True, False))
    crystal.positions += cell[2] / 2 - crystal.positions.mean(axis=0)
    crystal.wrap()
    return crystal


def pad(motifs: Sequence[Motif], vocabulary: Sequence[str]) -> points.Arrays:
    """Return motifs as `points.pad_points` does, species numbered in the order of the vocabulary.

    Parameters
    ----------
    motifs, vocabulary
        Motifs, and the symbols that they may hold.
    """
    number = {symbol: i for i, symbol in enumerate(vocabulary)}
    species = [[number[symbol] for symbol in motif.symbols] for motif in motifs]
    return points.pad_points(species, [motif.positions for motif in motifs])


def rotate(motif: Motif, matrix: ArrayLike) -> Motif:
    """Return a motif whose points are rotated.

    Parameters
    ----------
    motif, matrix
        Motif, and rotation (3, 3).
    """
    return motif._replace(positions=motif.positions @ np.asarray(matrix).T)


def largest_deviation(
    species: ArrayLike, positions: Positions, true_species: ArrayLike, truth: Positions
) -> float | None:
    """Return the largest distance in Å of points from the truth, matched one to one by species.

    The matching minimizes the sum of squared distances. None if species or their numbers differ.

    Parameters
    ----------
    species, positions
        Species (points,) and positions (points, 3) in Å.
    true_species, truth
        The same of the truth.
    """
    if sorted(np.asarray(species)) != sorted(np.asarray(true_species)):
        return None
    rows, columns, away = _matched(species, positions, true_species, truth)
    return float(away[rows, columns].max(initial=0.0))


def aligned_deviation(motif: Motif, other: Motif, rotations: Positions) -> float:
    """Return the largest deviation in Å of two molecules, one rotated onto the other.

    Infinite if their formulas differ.

    Parameters
    ----------
    motif, other
        Molecules.
    rotations
        Rotations (starts, 3, 3) from which the alignment starts.
    """
    if sorted(motif.symbols) != sorted(other.symbols):
        return np.inf
    if len(motif.symbols) == 1:
        return 0.0
    best = np.inf
    for matrix in rotations:
        placed = other.positions @ matrix.T
        for _ in range(4):
            rows, columns, _away = _matched(motif.symbols, motif.positions, other.symbols, placed)
            alignment, _ = Rotation.align_vectors(motif.positions[rows], placed[columns])
            placed = alignment.apply(placed)
        best = min(best, np.linalg.norm(motif.positions[rows] - placed[columns], axis=1).max())
    return best


def _matched(
    species: ArrayLike, positions: Positions, others: ArrayLike, places: Positions
) -> tuple[NDArray[np.intp], NDArray[np.intp], Positions]:
    """Rows and columns of the matching by species, and distances (points, points)."""
    away = np.linalg.norm(positions[:, None] - places[None], axis=-1)
    different = np.asarray(species)[:, None] != np.asarray(others)[None]
    return *linear_sum_assignment(np.where(different, 1e6, away**2)), away


def _cell_vectors(tips: Positions) -> tuple[Positions, Positions]:
    """Return a and b, at an obtuse or right angle, of tips ±a and ±b."""
    if len(tips) != 4:
        raise SpinlensError(f"{len(tips)} tips of cell vectors, not 4")
    a = tips[0]
    opposite = 1 + np.linalg.norm(tips[1:] + a, axis=1).argmin()
    b, c = (tips[i] for i in range(1, 4) if i != opposite)
    if max(np.linalg.norm(tips[opposite] + a), np.linalg.norm(b + c)) > 0.5:
        raise SpinlensError("tips of cell vectors are not opposite each other")
    return (a - tips[opposite]) / 2, (b - c) / 2 if a @ b <= 0 else (c - b) / 2
