"""Molecules to learn from: ASE's g2 set, or any file of structures that ASE reads."""

import gzip
import io
from pathlib import Path

import ase.io
import numpy as np
from ase.collections import g2

from spinlens.core.errors import SpinlensError


def read(source):
    """Molecules (a list of ase.Atoms) of `g2`, or of a file: .xyz, which may be gzipped, an ASE
    database or any other format of ASE with one structure or more. Raises SpinlensError, one line,
    where it is no such file."""
    if source == "g2":
        return [g2[name] for name in g2.names]
    path = Path(source)
    try:
        found = _read_xyz(path) if ".xyz" in path.suffixes else ase.io.read(path, ":")
    except FileNotFoundError:
        raise SpinlensError(f"{source}: there is no such file") from None
    except Exception as fault:
        reason = " ".join(str(fault).split())
        raise SpinlensError(f"{source}: no file of structures ({reason})") from None
    if not found:
        raise SpinlensError(f"{source}: holds no structure")
    return found


def split(molecules, train_atoms, test_atoms, train_molecules=None, seed=0):
    """Molecules to train on, and a dict of those to test on: {name: molecules}.

    Drawn for training are `train_molecules` of those whose size is in `train_atoms` (first and
    last), or four of five where None; those of these sizes that are left are the test set
    `held out`. `test_atoms` are further ranges of sizes, named as `19 atoms` and `20-22 atoms`.
    Raises SpinlensError, one line, where there are too few molecules or a range has none.
    """
    pool = _of_size(molecules, train_atoms)
    count = train_molecules or len(pool) * 4 // 5
    if not 0 < count <= len(pool):
        raise SpinlensError(
            f"{len(pool)} molecules of {_named(train_atoms)}: too few to train on {max(count, 1)}"
        )
    order = np.random.default_rng(seed).permutation(len(pool))
    tests = {"held out": [pool[i] for i in order[count:]]} if count < len(pool) else {}
    for sizes in test_atoms:
        tests[_named(sizes)] = _of_size(molecules, sizes)
        if not tests[_named(sizes)]:
            raise SpinlensError(f"no molecule of {_named(sizes)} to test on")
    return [pool[i] for i in order[:count]], tests


def _read_xyz(path):
    # Read whole first: in a compressed file, ASE's jumps to each structure start from the top.
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8") as file:
        return ase.io.read(io.StringIO(file.read()), ":", format="extxyz")


def _of_size(molecules, sizes):
    first, last = sizes
    return [molecule for molecule in molecules if first <= len(molecule) <= last]


def _named(sizes):
    first, last = sizes
    return f"{first} atoms" if first == last else f"{first}-{last} atoms"
