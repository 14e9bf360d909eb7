"""Sets of structures to learn from: molecules, decorated crystals, and how both are split."""

import gzip
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import ase.io
import numpy as np
from ase import Atoms
from ase.collections import g2
from numpy.typing import NDArray

from spinlens.calculations import published
from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_table
from spinlens.crystal.formulas import reduced

Fold = tuple[NDArray[np.intp], NDArray[np.intp]]
Split = tuple[list[Atoms], dict[str, list[Atoms]]]


def read_molecules(source: Path | str) -> list[Atoms]:
    """Return the molecules of ASE's g2 set, or the structures of a file.

    Parameters
    ----------
    source
        `g2`, or a file: .xyz, which may be gzipped, an ASE database, or any format of ASE.

    Raises
    ------
    SpinlensError
        If the file is missing, unreadable or empty.
    """
    if source == "g2":
        return [g2[name] for name in g2.names]
    path = Path(source)
    try:
        structures = _read_xyz(path) if ".xyz" in path.suffixes else list(ase.io.iread(path))
    except FileNotFoundError:
        raise SpinlensError(f"{source}: there is no such file") from None
    except Exception as fault:
        reason = " ".join(str(fault).split())
        raise SpinlensError(f"{source}: no file of structures ({reason})") from None
    if not structures:
        raise SpinlensError(f"{source}: holds no structure")
    return structures


def split_molecules(
    molecules: Sequence[Atoms],
    train_atoms: Sequence[int],
    test_atoms: Iterable[Sequence[int]],
    train_molecules: int | None = None,
    seed: int = 0,
) -> Split:
    """Return molecules to train on, and test sets by name.

    Parameters
    ----------
    molecules, train_atoms
        All molecules, and first and last size of those to train on; of these, those that are not
        drawn are the test set `held out`.
    test_atoms
        First and last size of further test sets, named such as `19 atoms` or `20-22 atoms`.
    train_molecules, seed
        Number of molecules to draw, four fifths if omitted, and seed of the draw.

    Raises
    ------
    SpinlensError
        If there are too few molecules, or none for a test set.
    """
    pool = _of_size(molecules, train_atoms)
    count = train_molecules or len(pool) * 4 // 5
    if not 0 < count <= len(pool):
        raise SpinlensError(
            f"{len(pool)} molecules of {_size_range(train_atoms)}: too few to train on "
            f"{max(count, 1)}"
        )
    order = np.random.default_rng(seed).permutation(len(pool))
    tests = {"held out": [pool[i] for i in order[count:]]} if count < len(pool) else {}
    for sizes in test_atoms:
        tests[_size_range(sizes)] = _of_size(molecules, sizes)
        if not tests[_size_range(sizes)]:
            raise SpinlensError(f"no molecule of {_size_range(sizes)} to test on")
    return [pool[i] for i in order[:count]], tests


def read_poscars(folder: Path | str) -> dict[str, Atoms]:
    """Return the crystals of the POSCARs `*.vasp` in a folder, by file name without suffix.

    Parameters
    ----------
    folder
        Directory of POSCARs.

    Raises
    ------
    SpinlensError
        If there is none.
    """
    files = sorted(Path(folder).glob("*.vasp"))
    if not files:
        raise SpinlensError(f"{folder}: holds no POSCAR *.vasp")
    return {file.stem: _read_poscar(file) for file in files}


def split_crystals(crystals: Sequence[Atoms], fraction: float = 0.2, seed: int = 0) -> Split:
    """Return crystals to train on, and the test set `held out` of other compositions.

    Parameters
    ----------
    crystals
        All crystals.
    fraction, seed
        About the share of the compositions that is held out, and seed of the draw.
    """
    formulas = [crystal.symbols.formula.format("hill") for crystal in crystals]
    compositions = sorted(set(formulas))
    order = np.random.default_rng(seed).permutation(len(compositions))
    held_out = {compositions[i] for i in order[: max(1, round(fraction * len(order)))]}
    pairs = list(zip(crystals, formulas, strict=True))
    training = [crystal for crystal, formula in pairs if formula not in held_out]
    return training, {"held out": [c for c, formula in pairs if formula in held_out]}


class Crystals(NamedTuple):
    """Decorated crystals, and what was published of them; lists of one length.

    Parameters
    ----------
    names, structures, compositions
        Names, structures and reduced formulas.
    groups
        Elements on the sites of the group that is decorated first, such as Cr-Mo.
    published
        `calculations.published.Published` of each composition, or None.
    """

    names: list[str]
    structures: list[Atoms]
    compositions: list[str]
    groups: list[str]
    published: list[Any]

    def select(self, indices: Iterable[int]) -> "Crystals":
        """Return the crystals at some indices.

        Parameters
        ----------
        indices
            Positions in the lists.
        """
        indices = list(indices)
        lists: Any = ([own[i] for i in indices] for own in self)
        return Crystals(*lists)

    def with_published_moment(self) -> "Crystals":
        """Return the crystals of which a moment was published."""
        return self.select(i for i, own in enumerate(self.published) if own is not None)


def read_crystals(
    table: Path | str, poscars: Path | str, published_table: Path | str, group: str
) -> Crystals:
    """Return decorated crystals and what was published of them.

    Parameters
    ----------
    table, poscars, published_table
        Table of names and elements by site, directory of POSCARs, and table of published moments.
    group
        Name of a group of sites; its columns of the table begin with it.
    """
    known, rows = published.read(published_table), []
    for row in read_table(table):
        structure = _read_poscar(Path(poscars, f"{row['structure']}.vasp"))
        composition = reduced(structure.get_chemical_symbols())
        elements = sorted({row[name] for name in row if name.startswith(group) and row[name]})
        own = row["structure"], structure, composition, "-".join(elements), known.get(composition)
        rows.append(own)
    columns: Any = zip(*rows, strict=True)
    return Crystals(*map(list, columns))


def require_folds(crystals: Crystals, least: int) -> None:
    """Raise unless crystals suffice for folds of compositions and of groups.

    Parameters
    ----------
    crystals, least
        Crystals with published moments, and the smallest number of them.

    Raises
    ------
    SpinlensError
        If there are fewer, or all are of one group.
    """
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


def folds(crystals: Crystals, count: int, grouped: bool, seed: int = 0) -> list[Fold]:
    """Return folds (training, validation) of indices that keep compositions or groups together.

    Parameters
    ----------
    crystals, count, seed
        Crystals, number of folds, and seed of the draw.
    grouped
        Whether whole groups, not only whole compositions, are kept together.
    """
    labels = np.array(crystals.groups if grouped else crystals.compositions)
    order = np.random.default_rng(seed).permutation(np.unique(labels))
    parts = [np.isin(labels, order[start::count]) for start in range(min(count, len(order)))]
    return [(np.flatnonzero(~own), np.flatnonzero(own)) for own in parts]


def _read_xyz(path: Path) -> list[Atoms]:
    # Read whole first: in a compressed file, ASE's jumps to each structure start from the top.
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "rt", encoding="utf-8") as file:
        return list(ase.io.iread(io.StringIO(file.read()), format="extxyz"))


def _read_poscar(path: Path) -> Atoms:
    (structure,) = ase.io.iread(path, format="vasp")
    return structure


def _of_size(molecules: Sequence[Atoms], sizes: Sequence[int]) -> list[Atoms]:
    first, last = sizes
    return [molecule for molecule in molecules if first <= len(molecule) <= last]


def _size_range(sizes: Sequence[int]) -> str:
    first, last = sizes
    return f"{first} atoms" if first == last else f"{first}-{last} atoms"
