"""How well structures come back from their codes: those trained on, and others."""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from spinlens.atoms import autoencoder, code_fitting, motifs
from spinlens.atoms.motifs import FAMILIES, Motif
from spinlens.atoms.training_loop import Report
from spinlens.crystal.formulas import reduced
from spinlens.layers.equivariant.spherical_harmonics import wigner_d

NEAR = 0.1  # Å, within which every point must be
MARGIN = 0.7  # Å, by which the search reaches beyond all points trained on
MOST_CRYSTALS = 40  # tested of each set
ROTATED = 20  # structures whose decoding is compared under rotation
STARTS = 100  # rotations from which two molecules are aligned

Array = NDArray[np.floating[Any]]
Vocabulary = Sequence[str]


class Split(NamedTuple):
    """Motifs to train on, and motifs held out.

    Parameters
    ----------
    training, held_out
        Motifs.
    """

    training: list[Motif]
    held_out: list[Motif]


def split(structures: Sequence[Motif], fraction: float = 0.2, seed: int = 0) -> Split:
    """Hold out a share of the molecules, and of the compositions of the crystals.

    Parameters
    ----------
    structures
        Motifs; every shape is trained on.
    fraction, seed
        Share that is held out, and seed of the draw.
    """
    rng, parts = np.random.default_rng(seed), Split([], [])
    for family in FAMILIES:
        own = [motif for motif in structures if motif.family == family]
        groups = [reduced(motif.symbols) if family == "crystals" else motif.name for motif in own]
        order = rng.permutation(sorted(set(groups)))
        held_out = set(order[: 0 if family == "shapes" else round(fraction * len(order))])
        for motif, group in zip(own, groups, strict=True):
            (parts.held_out if group in held_out else parts.training).append(motif)
    return parts


def search_radius(training: Sequence[Motif]) -> float:
    """Return the radius in Å about the centre within which points are searched.

    Parameters
    ----------
    training
        Motifs that were trained on.
    """
    return max(np.linalg.norm(own.positions, axis=1).max() for own in training) + MARGIN


def scores(
    encoder: Any,
    decoder: Any,
    parts: Split,
    vocabulary: Vocabulary,
    seed: int = 0,
    report: Report = print,
) -> dict[str, Any]:
    """Return how well structures, rotated at random, come back from their codes.

    Parameters
    ----------
    encoder, decoder, vocabulary
        As `autoencoder.train` returns and takes them.
    parts, seed
        Motifs, and seed of the rotations.
    report
        Called with lines of progress.

    Returns
    -------
    dict
        Shares of structures with every point within 0.1 Å and of the right symbol, overall and
        under `families` with those of the peaks alone; `held_out_nearest_neighbour`, the share of
        held-out molecules that equal one trained on; and errors under rotation.
    """
    reach = search_radius(parts.training)
    families: dict[str, dict[str, Any]] = {}
    for family in FAMILIES:
        for part, structures in parts._asdict().items():
            own = [motif for motif in structures if motif.family == family]
            if family == "crystals":
                order = np.random.default_rng(seed).permutation(len(own))
                own = [own[i] for i in order[:MOST_CRYSTALS]]
            if own:
                name = "trained" if part == "training" else part
                result = _recovery(encoder, decoder, own, vocabulary, reach, seed)
                families.setdefault(family, {})[name] = result
                report(f"{family}, {name}: {result}")
    key = "within_tenth_angstrom"
    molecules, shapes = families.get("molecules", {}), families.get("shapes", {})
    return {
        "recovered_within_tenth_angstrom": molecules.get("trained", {}).get(key),
        "held_out_within_tenth_angstrom": molecules.get("held_out", {}).get(key),
        "shapes_within_tenth_angstrom": shapes.get("trained", {}).get(key),
        "held_out_nearest_neighbour": nearest_neighbour_share(parts, seed),
        **_rotation_errors(encoder, decoder, parts, vocabulary, reach, seed),
        "families": families,
    }


def rotate_codes(codes: Array, matrices: Array) -> Array:
    """Return codes as they are of rotated structures.

    Parameters
    ----------
    codes, matrices
        (structures, (L + 1)², channels), and rotations (structures, 3, 3).
    """
    degrees = range(int(np.sqrt(codes.shape[1])))
    parts = [
        np.einsum(
            "sij,sjc->sic", wigner_d(degree, matrices), codes[:, degree**2 : (degree + 1) ** 2]
        )
        for degree in degrees
    ]
    return np.concatenate(parts, 1).astype(codes.dtype)


def nearest_neighbour_share(parts: Split, seed: int = 0) -> float | None:
    """Return the share of held-out molecules that some molecule trained on matches within 0.1 Å.

    It is what memory alone would recover; None without held-out molecules.

    Parameters
    ----------
    parts, seed
        Motifs, and seed of the rotations from which molecules are aligned.
    """
    training, held_out = (
        [own for own in part if own.family == "molecules"]
        for part in (parts.training, parts.held_out)
    )
    if not held_out:
        return None
    starts = Rotation.random(STARTS, random_state=seed).as_matrix()
    near = [
        any(motifs.aligned_deviation(own, other, starts) < NEAR for other in training)
        for own in held_out
    ]
    return round(float(np.mean(near)), 4)


def _recovery(
    encoder: Any, decoder: Any, own: list[Motif], vocabulary: Vocabulary, reach: float, seed: int
) -> dict[str, Any]:
    rotated, _ = _rotated(own, seed + len(own))
    arrays = motifs.pad(rotated, vocabulary)
    codes = autoencoder.encode_arrays(encoder, arrays)
    peaks = autoencoder.find_peaks(decoder, codes, reach)
    fitted, alone = (
        [
            motifs.largest_deviation(
                points.species, points.positions, species[: len(motif.symbols)], motif.positions
            )
            for points, species, motif in zip(decoded, arrays["species"], rotated, strict=True)
        ]
        for decoded in (
            code_fitting.fit_points(encoder, codes, peaks),
            [code_fitting.certain_points(each) for each in peaks],
        )
    )
    known = [each for each in fitted if each is not None]
    return {
        "structures": len(own),
        "within_tenth_angstrom": _share(map(_is_near, fitted)),
        "names_right": round(len(known) / len(fitted), 4),
        "median_farthest_angstrom": round(float(np.median(known)), 5) if known else None,
        "peaks_alone_within_tenth_angstrom": _share(map(_is_near, alone)),
        "peaks_alone_names_right": _share(each is not None for each in alone),
        "lost": [m.name for m, each in zip(own, fitted, strict=True) if not _is_near(each)],
    }


def _rotation_errors(
    encoder: Any, decoder: Any, parts: Split, vocabulary: Vocabulary, reach: float, seed: int
) -> dict[str, Any]:
    """Deviations of decoded points in Å, relative errors of codes, and differing decodings."""
    structures = [*parts.training, *parts.held_out]
    order = np.random.default_rng(seed).permutation(len(structures))
    own = [structures[i] for i in order[:ROTATED]]
    rotated, matrices = _rotated(own, seed + 7)
    plain, after = (autoencoder.encode(encoder, each, vocabulary) for each in (own, rotated))
    expected = rotate_codes(plain, matrices)
    size = np.linalg.norm(expected, axis=(1, 2))
    off = np.linalg.norm(after - expected, axis=(1, 2)) / size
    first, second = (
        code_fitting.decode(encoder, decoder, codes, reach) for codes in (plain, after)
    )
    away = [
        motifs.largest_deviation(b.species, b.positions, a.species, a.positions @ matrix.T)
        for a, b, matrix in zip(first, second, matrices, strict=True)
    ]
    same = [each for each in away if each is not None]
    return {
        "rotation_error": round(max(same), 5) if same else None,
        "rotation_error_median": round(float(np.median(same)), 5) if same else None,
        "rotation_error_code": float(f"{off.max():.2g}"),
        "rotation_disagreements": len(away) - len(same),
    }


def _rotated(own: Sequence[Motif], seed: int) -> tuple[list[Motif], Array]:
    matrices = Rotation.random(len(own), random_state=seed).as_matrix()
    return [motifs.rotate(*pair) for pair in zip(own, matrices, strict=True)], matrices


def _is_near(deviation: float | None) -> bool:
    return deviation is not None and deviation < NEAR


def _share(values: Iterable[bool]) -> float:
    return round(float(np.mean(list(values))), 4)
