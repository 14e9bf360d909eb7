"""Structures that nobody gave: between codes and around them, checked for their distances."""

from pathlib import Path

import ase.io
import numpy as np
from ase.data import atomic_numbers, covalent_radii
from ase.neighborlist import neighbor_list
from scipy.spatial.transform import Rotation

from spinlens.atoms import autoencoder, autoencoder_scores, code_fitting, motifs
from spinlens.core.files import whole

CLOSEST, FARTHEST = 0.75, 1.3  # of bonds, relative to the sum of covalent radii
SHARES = (0.35, 0.5)  # of the way from one structure to another
DRAWN = 0.5  # standard deviations of the training's codes, from a structure, of samples
STARTS = 200  # rotations by which one molecule is laid upon another
COMPONENTS = 20  # of the codes of crystals, along which samples are drawn
COLUMNS = (
    "name", "made", "of", "formula", "atoms", "mismatch", "shortest", "loosest", "passed", "new",
)  # fmt: skip


def propose(encoder, decoder, training, names, count, seed=0):
    """Rows (dicts) and structures (ase.Atoms, None where points make none) of `count` proposals
    each: molecules between two, crystals between two, and crystals drawn at random.

    A row has `name`, `made` (how), `of` (from what), `formula`, `atoms`, `mismatch` (of the
    structure's own code and the one it was decoded of), `shortest` and `loosest` (see
    `distances`), `passed`, and `new`: no structure of the training has that formula.
    """
    rng, reach = np.random.default_rng(seed), autoencoder_scores.reach_of(training)
    molecules, crystals = (
        [own for own in training if own.family == family] for family in ("molecules", "crystals")
    )
    asked = [
        *_between_molecules(encoder, molecules, names, count, rng),
        *_between_crystals(encoder, crystals, names, count, rng),
        *_drawn(encoder, crystals, names, count, rng),
    ]
    codes = np.stack([code for *_, code in asked])
    decoded = code_fitting.decoded(encoder, decoder, codes, reach)
    known = {_formula(own.symbols) for own in training}
    rows, structures = [], []
    for number, ((made, of, _), points) in enumerate(zip(asked, decoded, strict=True), start=1):
        row, structure = _checked(points, names, known)
        rows.append({"name": f"{number:03d}_{row['formula']}", "made": made, "of": of} | row)
        structures.append(structure)
    return rows, structures


def write(structures, rows, folder):
    """Write the structures of rows that `passed` to a folder: `{name}.vasp` of a crystal, else
    `{name}.xyz`."""
    Path(folder).mkdir(parents=True, exist_ok=True)
    for row, structure in zip(rows, structures, strict=True):
        if row["passed"] == "yes":
            form = ("vasp", "vasp") if structure.pbc.any() else ("xyz", "extxyz")
            with whole(Path(folder, f"{row['name']}.{form[0]}")) as temporary:
                ase.io.write(temporary, structure, format=form[1], **_options(form[0]))


def distances(structure):
    """(shortest, loosest) of a structure: the shortest distance between two atoms, and the longest
    from an atom to the one nearest it, both relative to the sum of their covalent radii."""
    first, second, away = neighbor_list("ijd", structure, 6.0)
    radii = covalent_radii[structure.numbers]
    relative = away / (radii[first] + radii[second])
    nearest = np.full(len(structure), np.inf)
    np.minimum.at(nearest, first, relative)
    return float(nearest.min()), float(nearest.max())


def is_plausible(structure):
    """Whether no two atoms are closer than bonds are, and none is alone."""
    shortest, loosest = distances(structure)
    return CLOSEST <= shortest and loosest <= FARTHEST


def _options(form):
    return {"sort": True, "direct": True} if form == "vasp" else {}


def _checked(points, names, known):
    symbols = [names[i] for i in points.species]
    row = {"formula": _formula(symbols), "atoms": len(symbols)}
    row |= {"mismatch": round(points.mismatch, 4), "shortest": "", "loosest": ""}
    row |= {"passed": "no", "new": "no" if row["formula"] in known else "yes"}
    try:
        structure = motifs.atoms(motifs.Motif("", "", symbols, points.positions))
    except ValueError as fault:
        return row | {"passed": f"no: {fault}"}, None
    shortest, loosest = distances(structure)
    if np.isfinite(loosest):
        row |= {"shortest": round(shortest, 3), "loosest": round(loosest, 3)}
    row["atoms"] = len(structure)
    return row | {"passed": "yes" if is_plausible(structure) else "no"}, structure


def _between_molecules(encoder, molecules, names, count, rng):
    """Codes between those of two molecules of as many atoms, one laid upon the other."""
    found = []
    sizes = np.array([len(own.symbols) for own in molecules])
    alike = (sizes[:, None] == sizes).sum(axis=1)
    possible = np.flatnonzero((sizes > 2) & (alike > 1))
    for first in rng.choice(possible, count) if len(possible) else []:
        others = np.flatnonzero(sizes == sizes[first])
        second = rng.choice(others[others != first])
        code = _codes(encoder, [molecules[first]], names)[0]
        turns = Rotation.random(STARTS, random_state=int(first)).as_matrix()
        turned = [motifs.turned(molecules[second], turn) for turn in turns]
        upon = _codes(encoder, turned, names)
        upon = upon[((upon - code) ** 2).sum(axis=(1, 2)).argmin()]
        share = float(rng.choice(SHARES))
        of = f"{molecules[first].name} + {share:g} to {molecules[second].name}"
        found.append(("molecules between two", of, code + share * (upon - code)))
    return found


def _between_crystals(encoder, crystals, names, count, rng):
    """Codes between those of two crystals, whose cells lie alike."""
    found = []
    for _ in range(count if len(crystals) > 1 else 0):
        pair = [crystals[i] for i in rng.choice(len(crystals), 2, replace=False)]
        first, second = _codes(encoder, pair, names)
        share = float(rng.choice(SHARES))
        of = f"{pair[0].name} + {share:g} to {pair[1].name}"
        found.append(("crystals between two", of, first + share * (second - first)))
    return found


def _drawn(encoder, crystals, names, count, rng):
    """Codes drawn around those of crystals, as these vary along their principal components."""
    if len(crystals) < 2:
        return []
    codes = _codes(encoder, crystals, names)
    flat = codes.reshape(len(codes), -1)
    middle = flat.mean(axis=0)
    _, scale, axes = np.linalg.svd(flat - middle, full_matrices=False)
    scale, axes = scale[:COMPONENTS] / np.sqrt(len(flat)), axes[:COMPONENTS]
    found = []
    for start in rng.choice(len(crystals), count):
        moved = DRAWN * rng.normal(size=len(scale)) * scale @ axes
        code = (flat[start] + moved).reshape(codes.shape[1:]).astype(codes.dtype)
        found.append(("crystals drawn", f"around {crystals[start].name}", code))
    return found


def _codes(encoder, own, names):
    return autoencoder.codes(encoder, motifs.padded(own, names))


def _formula(symbols):
    """Elements in alphabetical order with their numbers; points that are no atoms left out."""
    kept = [symbol for symbol in symbols if symbol in atomic_numbers]
    counted = ((symbol, kept.count(symbol)) for symbol in sorted(set(kept)))
    return "".join(f"{symbol}{count if count > 1 else ''}" for symbol, count in counted)
