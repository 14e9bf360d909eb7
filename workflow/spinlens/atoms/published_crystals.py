"""Decorated crystals beside what was published of them."""

from pathlib import Path
from typing import NamedTuple

import ase.io
import numpy as np

from spinlens.calculations import published
from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_table
from spinlens.crystal.formulas import reduced


class Crystals(NamedTuple):
    """Of each crystal its name, structure (ase.Atoms), composition, the elements on the sites of
    the first group that was decorated, such as Cr-Mo, and what was Published of it, or None."""

    names: list
    structures: list
    compositions: list
    groups: list
    published: list

    def chosen(self, indices):
        """The Crystals at some indices."""
        return Crystals(*([own[i] for i in indices] for own in self))

    def known(self):
        """Indices of those of which a moment was published."""
        return [i for i, own in enumerate(self.published) if own is not None]


def read(table, poscars, published_table, group):
    """Crystals of a table of sites and a folder of POSCARs; sites of the group are the columns
    whose names begin with its own."""
    known, found = published.read(published_table), []
    for row in read_table(table):
        structure = ase.io.read(Path(poscars, f"{row['structure']}.vasp"), format="vasp")
        composition = reduced(structure.get_chemical_symbols())
        sites = sorted({row[name] for name in row if name.startswith(group) and row[name]})
        found.append(
            (row["structure"], structure, composition, "-".join(sites), known.get(composition))
        )
    return Crystals(*map(list, zip(*found, strict=True)))


def read_known(table, poscars, published_table, group):
    """Of what `read` takes and gives, the Crystals of which a moment was published."""
    crystals = read(table, poscars, published_table, group)
    return crystals.chosen(crystals.known())


def require_folds(crystals, least):
    """Raise SpinlensError where Crystals are fewer than `least` folds, or all of one group."""
    count = len(crystals.names)
    if count < least:
        raise SpinlensError(
            f"{count} published crystals, fewer than {least} folds: screen_decorate names too few"
        )
    if len(set(crystals.groups)) < 2:
        raise SpinlensError(
            f"all published crystals are {crystals.groups[0]}: name first in screen_decorate sites "
            "whose elements differ"
        )


def folds(crystals, count, grouped, seed=0):
    """Pairs (training, validation) of indices: `count` folds of whole compositions, or of whole
    groups where `grouped`, drawn at random."""
    labels = np.array(crystals.groups if grouped else crystals.compositions)
    order = np.random.default_rng(seed).permutation(np.unique(labels))
    parts = [np.isin(labels, order[start::count]) for start in range(min(count, len(order)))]
    return [(np.flatnonzero(~own), np.flatnonzero(own)) for own in parts]
