"""Small crystals with published moments, for tests of networks on atoms."""

from typing import Any

from ase import Atoms

from spinlens.atoms.points import elements_of
from spinlens.atoms.structure_sets import Crystals
from spinlens.calculations.published import Published
from spinlens.crystal.formulas import reduced

METALS = {"Ti": 1.0, "V": 2.0, "Cr": 3.0, "Mn": 4.0, "Fe": 5.0, "Co": 2.5}
SETTINGS: dict[str, Any] = {
    "scalars": 8, "layers": 1, "batch": 8, "learning_rate": 0.03, "cutoff": 3.0,
    "neighbours": 12, "members": 1, "steps": 300, "seed": 0,
}  # fmt: skip
PAIRS = [(a, b) for a in ("Ti", "V", "Mn", "Fe") for b in ("Cr", "Co", "Ni")]
LAYER_MOMENTS = {"Ti": 1.0, "V": 2.0, "Cr": 3.0, "Mn": 4.0, "Fe": 5.0, "Co": 2.0, "Ni": 1.0}
LAYER_SETTINGS: dict[str, Any] = SETTINGS | {
    "batch": 4, "learning_rate": 0.02, "cutoff": 3.5, "neighbours": 24, "steps": 2,
}  # fmt: skip


def salt(metal: str, other: str) -> Atoms:
    return Atoms([metal, other], [(0, 0, 0), (2.0, 0, 0)], cell=[4.0, 4.0, 4.0], pbc=True)


def salts(published: bool = True) -> Crystals:
    """Six metals with three others, whose moments are the metal's; AFM if it is above 3."""
    pairs = [(metal, other) for metal in METALS for other in ("S", "Se", "Te")]
    known = [
        Published("FM" if METALS[metal] <= 3 else "AFM", METALS[metal], 2) if published else None
        for metal, _ in pairs
    ]
    compositions = [reduced(pair) for pair in pairs]
    structures = [salt(*pair) for pair in pairs]
    metals = [metal for metal, _ in pairs]
    return Crystals(list(map("".join, pairs)), structures, compositions, metals, known)


def layer(first: str, second: str) -> Atoms:
    """Two metals of a honeycomb and two tellurium atoms at places of no symmetry."""
    cell = [[4, 0, 0], [-2, 2 * 3**0.5, 0], [0, 0, 12]]
    places = [[1 / 3, 2 / 3, 0.5], [2 / 3, 1 / 3, 0.5], [0.1, 0.03, 0.62], [0.75, 0.86, 0.39]]
    return Atoms([first, second, "Te", "Te"], scaled_positions=places, cell=cell, pbc=True)


def layers() -> Crystals:
    """Twelve ferromagnetic layers, their moments the sum of the two metals'."""
    structures = [layer(*pair) for pair in PAIRS]
    known = [Published("FM", LAYER_MOMENTS[a] + LAYER_MOMENTS[b], 4) for a, b in PAIRS]
    compositions = [reduced(each.get_chemical_symbols()) for each in structures]
    return Crystals(
        list(map("".join, PAIRS)), structures, compositions, list(map("-".join, PAIRS)), known
    )


ELEMENTS = elements_of(layers().structures)
