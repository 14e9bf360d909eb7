"""What a model has seen of crystals: cells and elements of the samples that it was trained on."""

import numpy as np

PARAMETERS = ("a", "b", "c", "alpha", "beta", "gamma")


def of_samples(dataset, samples):
    """What some samples, by index, of an open dataset are like, as plain values: the `grid` that
    all share, [na, nb, nc]; of each lattice parameter the least and the greatest (`lattice`, Å
    and degrees); the `elements`, sorted."""
    found = parameters(dataset["lattice"].values[samples])
    ranges = np.stack([found.min(axis=0), found.max(axis=0)], axis=-1)
    return {
        "grid": [dataset.sizes[axis] for axis in "abc"],
        "lattice": dict(zip(PARAMETERS, ranges.tolist(), strict=True)),
        "elements": sorted(elements(dataset, samples)),
    }


def parameters(lattices):
    """Lengths in Å and angles in degrees, (..., 6) in the order of PARAMETERS, of lattice vectors
    (..., 3, 3) in rows."""
    lengths = np.linalg.norm(lattices, axis=-1)
    along = lattices / lengths[..., np.newaxis]
    pairs = ((1, 2), (0, 2), (0, 1))
    cosines = [np.sum(along[..., i, :] * along[..., j, :], axis=-1) for i, j in pairs]
    angles = np.degrees(np.arccos(np.clip(np.stack(cosines, axis=-1), -1, 1)))
    return np.concatenate([lengths, angles], axis=-1)


def elements(dataset, samples):
    """The elements that any of some samples of an open dataset holds, a set."""
    return set(map(str, np.unique(dataset["site_element"].values[samples]))) - {""}
