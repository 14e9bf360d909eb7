"""From codes to peaks: where the decoder sees points, and which they may be."""

from typing import NamedTuple

import numpy as np

from spinlens.atoms import autoencoder

SPACING = 0.7  # Å, of the places that are looked at first: less than twice a bell's width
PROMISING = 0.15  # height of the bell from which a peak is followed
MOST = 24  # peaks of a code that are kept
APART = 0.45  # Å, closer peaks are one
CLIMBS, UPHILL = 6, 0.1  # rounds, and Å of the differences, of the way to a peak
NAMES = 5  # that are thought possible of a peak
PLACES = 16384  # that are asked about at once


class Peaks(NamedTuple):
    """Of one code, the highest first: places (peaks, 3) in Å, heights (peaks,), the likeliest
    names (peaks, NAMES) as numbers, the likeliest first."""

    places: np.ndarray
    heights: np.ndarray
    names: np.ndarray


def peaks(decoder, codes, reach):
    """[Peaks] of codes, within `reach` Å of the centre: wherever on a grid the decoder sees that a
    point may be near, the way up is gone."""
    grid, found = _ball(reach), []
    most = max(1, PLACES // len(grid))
    for start in range(0, len(codes), most):
        own = codes[start : start + most]
        said = _said(decoder, own, np.broadcast_to(grid, (len(own), *grid.shape)))
        starts = [grid[bell > PROMISING] for bell in said[..., 0]]
        places = np.zeros((len(own), max(max(map(len, starts)), 1), 3), "float32")
        for row, one in enumerate(starts):
            places[row, : len(one)] = one
        places, said = _climbed(decoder, own, places)
        counts = map(len, starts)
        found += [_apart(*each) for each in zip(places, said, counts, strict=True)]
    return found


def _ball(reach):
    ticks = SPACING * np.arange(-np.ceil(reach / SPACING), np.ceil(reach / SPACING) + 1)
    grid = np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), -1).reshape(-1, 3)
    return grid[np.linalg.norm(grid, axis=1) <= reach].astype("float32")


def _said(decoder, codes, places):
    return autoencoder.said(decoder, {"code": codes, "places": places})


def _climbed(decoder, codes, places):
    """Places moved up the bells, whose logarithm is a parabola, and what is said there."""
    moves = UPHILL * np.concatenate([np.eye(3), -np.eye(3)]).astype("float32")
    count, most = places.shape[:2]
    for _ in range(CLIMBS):
        around = (places[:, :, None] + moves).reshape(count, -1, 3)
        bell = _said(decoder, codes, around)[..., 0].reshape(count, most, 6)
        logarithm = np.log(np.maximum(bell, 0.02))
        uphill = (logarithm[..., :3] - logarithm[..., 3:]) / (2 * UPHILL)
        places = places + np.clip(autoencoder.WIDTH**2 * uphill, -0.25, 0.25).astype("float32")
    return places, _said(decoder, codes, places)


def _apart(places, said, count):
    """Peaks of the first `count` places, of those too near each other the highest."""
    kept = []
    for row in np.argsort(-said[:count, 0]):
        near = [np.linalg.norm(places[row] - places[other]) < APART for other in kept]
        if said[row, 0] > PROMISING and not any(near) and len(kept) < MOST:
            kept.append(row)
    likeliest = np.argsort(-said[kept, 1:], axis=-1)[:, :NAMES].astype("int32")
    return Peaks(places[kept], said[kept, 0], likeliest)
