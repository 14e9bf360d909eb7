"""Crystals to learn from: decorated parents, whose compositions a test set has not in training."""

from pathlib import Path

import ase.io
import numpy as np

from spinlens.core.errors import SpinlensError


def read(folder):
    """{name: ase.Atoms}, periodic, of the POSCARs `*.vasp` in a folder. Raises SpinlensError, one
    line, where there is none."""
    files = sorted(Path(folder).glob("*.vasp"))
    if not files:
        raise SpinlensError(f"{folder}: holds no POSCAR *.vasp")
    return {file.stem: ase.io.read(file, format="vasp") for file in files}


def split(crystals, fraction=0.2, seed=0):
    """Crystals to train on, and a dict of those to test on, `held out`: about a `fraction`, all
    arrangements of a composition on the same side."""
    compositions = sorted({_composition(crystal) for crystal in crystals})
    order = np.random.default_rng(seed).permutation(len(compositions))
    held_out = {compositions[i] for i in order[: max(1, round(fraction * len(order)))]}
    training = [crystal for crystal in crystals if _composition(crystal) not in held_out]
    return training, {"held out": [c for c in crystals if _composition(c) in held_out]}


def _composition(crystal):
    return crystal.symbols.formula.format("hill")
