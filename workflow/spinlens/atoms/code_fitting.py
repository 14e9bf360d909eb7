"""From peaks to points, which are moved, substituted, removed or added until their code fits."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from spinlens.atoms import autoencoder, points
from spinlens.atoms.autoencoder import Peaks

CERTAIN = (0.4, 0.6, 0.8)  # heights from which peaks are first taken as points
SUFFICIENT = 0.01  # mismatch at which the search ends
IMPROVEMENT = 0.95  # factor by which a change must reduce the mismatch
CHANGES = 8
STEPS, DIFFERENCE, LONGEST = 6, 0.01, 0.3  # of the fit; Å of differences and of a step
FITTED_AT_ONCE = 8  # structures

Array = NDArray[np.floating[Any]]
Integers = NDArray[np.integer[Any]]


class Points(NamedTuple):
    """Points decoded from one code.

    Parameters
    ----------
    species, positions
        Numbers of the symbols (points,), and positions (points, 3) in Å about the centre.
    possible
        Symbols that each point may have, (points, autoencoder.CANDIDATES).
    mismatch
        Distance of the points' own code from the one given, relative to its norm.
    """

    species: Integers
    positions: Array
    possible: Integers
    mismatch: float


def decode(encoder: Any, decoder: Any, codes: Array, reach: float) -> list[Points]:
    """Return the points of codes.

    Parameters
    ----------
    encoder, decoder
        Models of `autoencoder`.
    codes, reach
        (structures, (L + 1)², channels), and radius in Å within which points are searched.
    """
    return fit_points(encoder, codes, autoencoder.find_peaks(decoder, codes, reach))


def fit_points(encoder: Any, codes: Array, candidates: Sequence[Peaks]) -> list[Points]:
    """Return points whose codes fit those given.

    Peaks that are certain, by the height that suits the code best, are moved by the Levenberg–
    Marquardt method. While the mismatch is large, the one substitution, removal or addition of a
    point that reduces it most is made.

    Parameters
    ----------
    encoder, codes
        Encoder, and codes (structures, (L + 1)², channels).
    candidates
        Peaks of each code.

    References
    ----------
    D. W. Marquardt, J. Soc. Indust. Appl. Math. 11, 431 (1963).
    """
    first = _fitted(encoder, codes, _first_points(encoder, codes, candidates))
    each = zip(codes, first, candidates, strict=True)
    return [_changed(encoder, code, own, own_peaks) for code, own, own_peaks in each]


def certain_points(candidates: Peaks, height: float = CERTAIN[0]) -> Points:
    """Return the peaks that are high enough, and the highest in any case, as points.

    Parameters
    ----------
    candidates, height
        Peaks of a code, and smallest height.
    """
    kept = candidates.heights > height
    kept[:1] = True
    symbols = candidates.symbols[kept]
    return Points(symbols[:, 0], candidates.places[kept], symbols, np.inf)


def _first_points(encoder: Any, codes: Array, candidates: Sequence[Peaks]) -> list[Points]:
    """Certain peaks of each code, by the height at which their code is nearest the one given."""
    tried = [[certain_points(own, height) for own in candidates] for height in CERTAIN]
    flat = codes.reshape(len(codes), -1)
    off = [((_codes(encoder, _padded(own)) - flat) ** 2).sum(axis=1) for own in tried]
    return [tried[best][row] for row, best in enumerate(np.argmin(off, axis=0))]


def _changed(encoder: Any, code: Array, own: Points, candidates: Peaks) -> Points:
    for _ in range(CHANGES):
        variants = _variants(own, candidates) if own.mismatch >= SUFFICIENT else []
        if not variants:
            break
        off = ((_codes(encoder, _padded(variants)) - code.ravel()) ** 2).sum(axis=1)
        best = _fitted(encoder, code[None], [variants[off.argmin()]])[0]
        if not best.mismatch < IMPROVEMENT * own.mismatch:
            break
        own = best
    return own


def _variants(own: Points, candidates: Peaks) -> list[Points]:
    """Points with one substituted, one removed, or one of the other peaks added."""
    count, variants = len(own.species), []
    for row in range(count):
        for symbol in own.possible[row]:
            if symbol != own.species[row]:
                species = own.species.copy()
                species[row] = symbol
                variants.append(own._replace(species=species))
        if count > 1:
            rest = np.arange(count) != row
            species, positions, possible = (array[rest] for array in own[:3])
            variants.append(Points(species, positions, possible, np.inf))
    for place, symbols in zip(candidates.places, candidates.symbols, strict=True):
        if np.all(np.linalg.norm(own.positions - place, axis=1) > autoencoder.SEPARATION):
            for symbol in symbols[:2]:
                species, positions, possible = (
                    np.concatenate([array, [added]])
                    for array, added in zip(own[:3], (symbol, place, symbols), strict=True)
                )
                variants.append(Points(species, positions, possible, np.inf))
    return variants


def _fitted(encoder: Any, codes: Array, starts: Sequence[Points]) -> list[Points]:
    """Points moved to where their codes are nearest those given."""
    fitted = []
    for start in range(0, len(starts), FITTED_AT_ONCE):
        part = slice(start, start + FITTED_AT_ONCE)
        own, given = starts[part], codes[part].reshape(len(starts[part]), -1).astype(float)
        positions, off = _least_squares(encoder, given, _padded(own))
        relative = np.sqrt(off / np.maximum((given**2).sum(axis=1), 1e-12))
        fitted += [
            each._replace(positions=moved[: len(each.species)], mismatch=float(mismatch))
            for each, moved, mismatch in zip(own, positions, relative, strict=True)
        ]
    return fitted


def _least_squares(encoder: Any, given: Array, arrays: points.Arrays) -> tuple[Array, Array]:
    """Positions at which codes are nearest those given, and the squared distances of codes."""
    mask, positions = arrays["mask"], arrays["positions"]
    count, size = mask.shape
    damping = np.full(count, 1e-2)
    own = _codes(encoder, arrays)
    off = ((own - given) ** 2).sum(axis=1)
    for _ in range(STEPS):
        slope = _slopes(encoder, own, arrays | {"positions": positions})
        normal = np.einsum("sip,sjp->sij", slope, slope)
        scale = np.einsum("sii->s", normal) / np.maximum(3 * mask.sum(axis=1), 1)
        damped = normal + (damping * scale + 1e-9)[:, None, None] * np.eye(3 * size)
        toward = np.einsum("sip,sp->si", slope, given - own)[..., None]
        move = np.linalg.solve(damped, toward).reshape(count, size, 3)
        tried = positions + np.clip(move, -LONGEST, LONGEST) * mask[..., None]
        codes = _codes(encoder, arrays | {"positions": tried})
        missed = ((codes - given) ** 2).sum(axis=1)
        better = missed < off
        positions = np.where(better[:, None, None], tried, positions)
        own, off = np.where(better[:, None], codes, own), np.where(better, missed, off)
        damping = np.where(better, damping / 10, damping * 10)
    return positions, off


def _slopes(encoder: Any, own: Array, arrays: points.Arrays) -> Array:
    """Finite differences of codes by coordinates: (structures, 3 × points, numbers)."""
    count, size = arrays["mask"].shape
    moves = DIFFERENCE * np.eye(3 * size).reshape(1, 3 * size, size, 3)
    moved = {name: np.repeat(arrays[name], 3 * size, axis=0) for name in ("species", "mask")}
    moved["positions"] = (arrays["positions"][:, None] + moves).reshape(-1, size, 3)
    codes = _codes(encoder, moved).reshape(count, 3 * size, -1)
    return (codes - own[:, None]) / DIFFERENCE * np.repeat(arrays["mask"], 3, axis=1)[..., None]


def _codes(encoder: Any, arrays: points.Arrays) -> Array:
    codes = autoencoder.encode_arrays(encoder, arrays)
    return codes.reshape(len(codes), -1).astype(float)


def _padded(structures: Sequence[Points]) -> points.Arrays:
    size = max(1, *(len(own.species) for own in structures))
    species, positions = zip(*((own.species, own.positions) for own in structures), strict=True)
    return points.pad_points(species, positions, size, "float64")
