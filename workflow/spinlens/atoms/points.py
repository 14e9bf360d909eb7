"""Structures of different sizes as arrays of one size, with masks."""

import numpy as np
from ase.neighborlist import neighbor_list

from spinlens.core.errors import SpinlensError


def elements_of(structures):
    """Chemical symbols in structures (ase.Atoms), by atomic number."""
    number = {atom.symbol: atom.number for structure in structures for atom in structure}
    return sorted(number, key=number.get)


def pad(structures, elements, points=None):
    """Arrays of structures (ase.Atoms): `species` (structures, points), whole numbers from 0 in
    the order of `elements`, `positions` (structures, points, 3) in Å and `mask` (structures,
    points), 1 where there is an atom; 0 where there is none. `points` is at least the largest
    structure's size, and that where None. Raises SpinlensError where an element is not among
    `elements`, or a structure is larger.
    """
    points = points or max(map(len, structures))
    shape = len(structures), points
    species, mask = np.zeros(shape, "int32"), np.zeros(shape, "float32")
    positions = np.zeros((*shape, 3), "float32")
    for row, structure in enumerate(structures):
        size = len(structure)
        if size > points:
            raise SpinlensError(f"{structure.symbols} has {size} atoms, more than {points}")
        species[row, :size] = _indices(structure.symbols, elements)
        positions[row, :size] = structure.positions
        mask[row, :size] = 1
    return {"species": species, "positions": positions, "mask": mask}


def neighbours(structures, cutoff, points=None, most=None):
    """Neighbour lists of structures (ase.Atoms), periodic where their cells are: every image
    nearer than `cutoff` Å is a neighbour.

    `vectors` (structures, points, neighbours, 3) in Å, `index` (structures, points, neighbours),
    `neighbour_mask` alike, as layers/neighbours.py takes them. The third axis is as long as the
    longest list, or `most`. Raises SpinlensError where a list is longer.
    """
    points = points or max(map(len, structures), default=0)
    lists = [neighbor_list("ijD", structure, cutoff) for structure in structures]
    longest = max((np.bincount(first).max() for first, *_ in lists if len(first)), default=1)
    most = most or longest
    if longest > most:
        raise SpinlensError(f"an atom has {longest} neighbours within {cutoff} Å, more than {most}")
    shape = len(structures), points, most
    vectors, index = np.zeros((*shape, 3), "float32"), np.zeros(shape, "int32")
    mask = np.zeros(shape, "float32")
    for row, (first, second, vector) in enumerate(lists):
        order = np.argsort(first, kind="stable")
        first, second, vector = first[order], second[order], vector[order]
        place = np.arange(len(first)) - np.searchsorted(first, first)
        vectors[row, first, place], index[row, first, place] = vector, second
        mask[row, first, place] = 1
    return {"vectors": vectors, "index": index, "neighbour_mask": mask}


def _indices(symbols, elements):
    missing = set(symbols) - set(elements)
    if missing:
        raise SpinlensError(f"{min(missing)} is not among the elements {', '.join(elements)}")
    return [elements.index(symbol) for symbol in symbols]
