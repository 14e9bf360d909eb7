"""New structures decoded from codes between and around known ones, checked for their distances."""

from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

import ase.io
import numpy as np
from ase import Atoms
from ase.data import atomic_numbers, covalent_radii
from ase.neighborlist import neighbor_list
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from spinlens.atoms import autoencoder, autoencoder_scores, code_fitting, motifs
from spinlens.atoms.code_fitting import Points
from spinlens.atoms.motifs import Motif
from spinlens.core.errors import SpinlensError
from spinlens.core.files import whole

SHORTEST, LOOSEST = 0.75, 1.3  # bonds, relative to the sum of covalent radii
FRACTIONS = (0.35, 0.5)  # of the way from one code to another
SPREAD = 0.5  # of samples around a code, in standard deviations of the training's codes
STARTS = 200  # rotations from which one molecule is aligned with another
COMPONENTS = 20  # principal components of the codes of crystals along which samples are drawn
COLUMNS = (
    "name", "made", "of", "formula", "atoms", "mismatch", "shortest", "loosest", "passed", "new",
)  # fmt: skip

Code = NDArray[np.float32]
Candidate = tuple[str, str, Code]  # how it was made, from what, and the code
Vocabulary = Sequence[str]
Encode = Callable[[Sequence[Motif]], Any]  # codes of structures


def propose(
    encoder: Any,
    decoder: Any,
    training: Sequence[Motif],
    vocabulary: Vocabulary,
    count: int,
    seed: int = 0,
) -> tuple[list[dict[str, Any]], list[Atoms | None]]:
    """Return proposals: molecules between two, crystals between two, and crystals around one.

    Parameters
    ----------
    encoder, decoder, vocabulary
        As `autoencoder_training.train` returns and takes them.
    training
        Motifs.
    count, seed
        Proposals of each of the three, and seed of the draw.

    Returns
    -------
    list of dict
        Rows of COLUMNS: `made` how and `of` what, `mismatch` of the structure's own code and the
        one decoded, `shortest` and `loosest` as `relative_distances` returns them, whether these
        `passed`, and whether the formula is `new`.
    list
        Structures, None if the points make none.
    """
    rng, reach = np.random.default_rng(seed), autoencoder_scores.search_radius(training)
    molecules, crystals = (
        [own for own in training if own.family == family] for family in ("molecules", "crystals")
    )

    def encode(structures: Sequence[Motif]) -> Any:
        return autoencoder.encode(encoder, structures, vocabulary)

    candidates = [
        *_between_molecules(encode, molecules, count, rng),
        *_between_crystals(encode, crystals, count, rng),
        *_around_crystals(encode, crystals, count, rng),
    ]
    codes = np.stack([code for *_, code in candidates])
    decoded = code_fitting.decode(encoder, decoder, codes, reach)
    known = {_formula(own.symbols) for own in training}
    rows, structures = [], []
    for number, ((made, of, _), own) in enumerate(zip(candidates, decoded, strict=True), start=1):
        row, structure = _checked(own, vocabulary, known)
        rows.append({"name": f"{number:03d}_{row['formula']}", "made": made, "of": of} | row)
        structures.append(structure)
    return rows, structures


def write(
    structures: Sequence[Atoms | None], rows: Sequence[Mapping[str, Any]], folder: Path | str
) -> None:
    """Write the structures that passed: `{name}.vasp` of a crystal, `{name}.xyz` of a molecule.

    Parameters
    ----------
    structures, rows
        As `propose` returns them.
    folder
        Directory, which is made.
    """
    Path(folder).mkdir(parents=True, exist_ok=True)
    for row, structure in zip(rows, structures, strict=True):
        if row["passed"] == "yes" and structure is not None:
            suffix, form, options = "xyz", "extxyz", {}
            if structure.pbc.any():
                suffix, form, options = "vasp", "vasp", {"sort": True, "direct": True}
            with whole(Path(folder, f"{row['name']}.{suffix}")) as temporary:
                ase.io.write(temporary, structure, format=form, **options)


def relative_distances(structure: Atoms) -> tuple[float, float]:
    """Return the shortest distance, and the longest from an atom to its nearest neighbour.

    Both are relative to the sum of the two atoms' covalent radii.

    Parameters
    ----------
    structure
        Molecule or crystal.
    """
    first, second, away = neighbor_list("ijd", structure, 6.0)
    radii = covalent_radii[structure.numbers]
    relative = away / (radii[first] + radii[second])
    nearest = np.full(len(structure), np.inf)
    np.minimum.at(nearest, first, relative)
    return float(nearest.min()), float(nearest.max())


def is_plausible(structure: Atoms) -> bool:
    """Return whether no two atoms are closer than bonds are, and none is alone.

    Parameters
    ----------
    structure
        Molecule or crystal.
    """
    shortest, loosest = relative_distances(structure)
    return shortest >= SHORTEST and loosest <= LOOSEST


def _checked(
    decoded: Points, vocabulary: Vocabulary, known: AbstractSet[str]
) -> tuple[dict[str, Any], Atoms | None]:
    symbols = [vocabulary[i] for i in decoded.species]
    row: dict[str, Any] = {"formula": _formula(symbols), "atoms": len(symbols)}
    row |= {"mismatch": round(decoded.mismatch, 4), "shortest": "", "loosest": ""}
    row |= {"passed": "no", "new": "no" if row["formula"] in known else "yes"}
    try:
        structure = motifs.to_atoms(Motif("", "", symbols, decoded.positions))
    except SpinlensError as fault:
        return row | {"passed": f"no: {fault}"}, None
    shortest, loosest = relative_distances(structure)
    if np.isfinite(loosest):
        row |= {"shortest": round(shortest, 3), "loosest": round(loosest, 3)}
    row["atoms"] = len(structure)
    return row | {"passed": "yes" if is_plausible(structure) else "no"}, structure


def _between_molecules(
    encode: Encode, molecules: Sequence[Motif], count: int, rng: np.random.Generator
) -> list[Candidate]:
    """Codes between those of two molecules of one size, the second aligned with the first."""
    candidates = []
    sizes = np.array([len(own.symbols) for own in molecules])
    same_size = (sizes[:, None] == sizes).sum(axis=1)
    possible = np.flatnonzero((sizes > 2) & (same_size > 1))
    for first in rng.choice(possible, count) if len(possible) else []:
        others = np.flatnonzero(sizes == sizes[first])
        second = rng.choice(others[others != first])
        code = encode([molecules[first]])[0]
        matrices = Rotation.random(STARTS, random_state=int(first)).as_matrix()
        rotated = [motifs.rotate(molecules[second], matrix) for matrix in matrices]
        aligned = encode(rotated)
        aligned = aligned[((aligned - code) ** 2).sum(axis=(1, 2)).argmin()]
        made, names = "molecules between two", (molecules[first].name, molecules[second].name)
        candidates.append(_part_of_the_way(made, names, code, aligned, rng))
    return candidates


def _between_crystals(
    encode: Encode, crystals: Sequence[Motif], count: int, rng: np.random.Generator
) -> list[Candidate]:
    """Codes between those of two crystals, whose cells have one orientation."""
    candidates = []
    for _ in range(count if len(crystals) > 1 else 0):
        pair = [crystals[i] for i in rng.choice(len(crystals), 2, replace=False)]
        first, second = encode(pair)
        made, names = "crystals between two", (pair[0].name, pair[1].name)
        candidates.append(_part_of_the_way(made, names, first, second, rng))
    return candidates


def _part_of_the_way(
    made: str, names: tuple[str, str], first: Code, second: Code, rng: np.random.Generator
) -> Candidate:
    """Code a drawn fraction of the way from one code to another."""
    fraction = float(rng.choice(FRACTIONS))
    return made, f"{names[0]} + {fraction:g} to {names[1]}", first + fraction * (second - first)


def _around_crystals(
    encode: Encode, crystals: Sequence[Motif], count: int, rng: np.random.Generator
) -> list[Candidate]:
    """Codes drawn around those of crystals along their principal components."""
    if len(crystals) < 2:
        return []
    codes = encode(crystals)
    flat = codes.reshape(len(codes), -1)
    _, scale, axes = np.linalg.svd(flat - flat.mean(axis=0), full_matrices=False)
    scale, axes = scale[:COMPONENTS] / np.sqrt(len(flat)), axes[:COMPONENTS]
    candidates = []
    for start in rng.choice(len(crystals), count):
        moved = SPREAD * rng.normal(size=len(scale)) * scale @ axes
        code = (flat[start] + moved).reshape(codes.shape[1:]).astype(codes.dtype)
        candidates.append(("crystals drawn", f"around {crystals[start].name}", code))
    return candidates


def _formula(symbols: Sequence[str]) -> str:
    """Elements in alphabetical order with their numbers, without points that are no atoms."""
    kept = [symbol for symbol in symbols if symbol in atomic_numbers]
    counted = ((symbol, kept.count(symbol)) for symbol in sorted(set(kept)))
    return "".join(f"{symbol}{count if count > 1 else ''}" for symbol, count in counted)
