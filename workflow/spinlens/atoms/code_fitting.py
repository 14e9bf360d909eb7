"""From peaks to points: moved, named, left out or added until their own code is the one given."""

from typing import NamedTuple

import numpy as np

from spinlens.atoms import autoencoder, decoding

CERTAIN = (0.4, 0.6, 0.8)  # heights from which peaks may be believed at first
ENOUGH = 0.01  # of a mismatch, from which nothing is tried any more
BETTER = 0.95  # a change must bring the mismatch below so much of what it was
CHANGES = 8
STEPS, STEP, LONGEST = 6, 0.01, 0.3  # of the fit; Å of its differences and of its longest move
CHUNK = 8  # structures at once


class Points(NamedTuple):
    """Of one code: numbers of the names (points,), positions (points, 3) in Å about the centre,
    names that are possible (points, decoding.NAMES), and `mismatch`: how far the points' own code
    is from the one given, relative to that."""

    species: np.ndarray
    positions: np.ndarray
    possible: np.ndarray
    mismatch: float


def decoded(encoder, decoder, codes, reach):
    """[Points] of codes (structures, (L + 1)², channels), within `reach` Å of the centre."""
    return placed(encoder, codes, decoding.peaks(decoder, codes, reach))


def placed(encoder, codes, found):
    """[Points] of codes and their [Peaks].

    The peaks that are certain, by the height that suits the code best, are moved by Levenberg and
    Marquardt's method. Where their code stays away from the given one, the one change of a name,
    or point more or less, that brings it nearest is made, and so on.
    """
    first = fitted(encoder, codes, _believed(encoder, codes, found))
    each = zip(codes, first, found, strict=True)
    return [_changed(encoder, code, own, peaks) for code, own, peaks in each]


def fitted(encoder, codes, points):
    """[Points] moved to where their codes are nearest those given."""
    found = []
    for start in range(0, len(points), CHUNK):
        part = slice(start, start + CHUNK)
        own, given = points[part], codes[part].reshape(len(points[part]), -1).astype(float)
        positions, off = _moved(encoder, given, *_padded(own))
        relative = np.sqrt(off / np.maximum((given**2).sum(axis=1), 1e-12))
        found += [
            each._replace(positions=moved[: len(each.species)], mismatch=float(miss))
            for each, moved, miss in zip(own, positions, relative, strict=True)
        ]
    return found


def certain(peaks, height=CERTAIN[0]):
    """Points of Peaks that are high enough, the highest in any case."""
    kept = peaks.heights > height
    kept[:1] = True
    return Points(peaks.names[kept, 0], peaks.places[kept], peaks.names[kept], np.inf)


def _believed(encoder, codes, found):
    """[Points] of codes' Peaks, from the height on at which their code is nearest that given."""
    tried = [[certain(own, height) for own in found] for height in CERTAIN]
    flat = codes.reshape(len(codes), -1)
    off = [((_codes(encoder, *_padded(own)) - flat) ** 2).sum(axis=1) for own in tried]
    return [tried[best][row] for row, best in enumerate(np.argmin(off, axis=0))]


def _changed(encoder, code, points, peaks):
    for _ in range(CHANGES):
        if points.mismatch < ENOUGH:
            break
        variants = _variants(points, peaks)
        if not variants:
            break
        own = _codes(encoder, *_padded(variants))
        off = ((own - code.ravel()) ** 2).sum(axis=1)
        best = fitted(encoder, code[None], [variants[off.argmin()]])[0]
        if not best.mismatch < BETTER * points.mismatch:
            break
        points = best
    return points


def _variants(points, peaks):
    """Points with one renamed, one left out, or one of the peaks beside them added."""
    count, found = len(points.species), []
    for row in range(count):
        for name in points.possible[row]:
            if name != points.species[row]:
                species = points.species.copy()
                species[row] = name
                found.append(points._replace(species=species))
        if count > 1:
            left = np.arange(count) != row
            found.append(Points(*(own[left] for own in points[:3]), np.inf))
    for place, possible in zip(peaks.places, peaks.names, strict=True):
        if np.all(np.linalg.norm(points.positions - place, axis=1) > decoding.APART):
            for name in possible[:2]:
                more = ([name], [place], [possible])
                joined = (np.concatenate(own) for own in zip(points[:3], more, strict=True))
                found.append(Points(*joined, np.inf))
    return found


def _moved(encoder, given, species, positions, mask):
    """Positions at which codes are nearest those given, and their squared distances."""
    count, size = mask.shape
    damping = np.full(count, 1e-2)
    own = _codes(encoder, species, positions, mask)
    off = ((own - given) ** 2).sum(axis=1)
    for _ in range(STEPS):
        slope = _slopes(encoder, own, species, positions, mask)
        normal = np.einsum("sip,sjp->sij", slope, slope)
        scale = np.einsum("sii->s", normal) / np.maximum(3 * mask.sum(axis=1), 1)
        damped = normal + (damping * scale + 1e-9)[:, None, None] * np.eye(3 * size)
        toward = np.einsum("sip,sp->si", slope, given - own)[..., None]
        move = np.linalg.solve(damped, toward).reshape(count, size, 3)
        tried = positions + np.clip(move, -LONGEST, LONGEST) * mask[..., None]
        codes = _codes(encoder, species, tried, mask)
        missed = ((codes - given) ** 2).sum(axis=1)
        better = missed < off
        positions = np.where(better[:, None, None], tried, positions)
        own, off = np.where(better[:, None], codes, own), np.where(better, missed, off)
        damping = np.where(better, damping / 10, damping * 10)
    return positions, off


def _slopes(encoder, own, species, positions, mask):
    """Derivatives of codes by coordinates: (structures, 3 × points, numbers)."""
    count, size = mask.shape
    moves = STEP * np.eye(3 * size).reshape(1, 3 * size, size, 3)
    moved = (positions[:, None] + moves).reshape(-1, size, 3)
    alike = [np.repeat(array, 3 * size, axis=0) for array in (species, mask)]
    codes = _codes(encoder, alike[0], moved, alike[1]).reshape(count, 3 * size, -1)
    return (codes - own[:, None]) / STEP * np.repeat(mask, 3, axis=1)[..., None]


def _codes(encoder, species, positions, mask):
    codes = autoencoder.codes(encoder, {"species": species, "positions": positions, "mask": mask})
    return codes.reshape(len(codes), -1).astype(float)


def _padded(points):
    shape = len(points), max(1, *(len(own.species) for own in points))
    species, mask = np.zeros(shape, "int32"), np.zeros(shape, "float32")
    positions = np.zeros((*shape, 3))
    for row, own in enumerate(points):
        size = len(own.species)
        species[row, :size], positions[row, :size], mask[row, :size] = *own[:2], 1
    return species, positions, mask
