"""What codes say without regard to how a structure is turned: a map of them, and moments."""

import numpy as np
from ase.data import atomic_numbers, covalent_radii
from sklearn.manifold import TSNE
from sklearn.preprocessing import StandardScaler

from spinlens.atoms import autoencoder, moments_scores, motifs, published_crystals
from spinlens.crystal import composition
from spinlens.evidence import baselines

FOLDS = moments_scores.FOLDS
LEAST = 2  # folds, where there are no more published crystals
PERPLEXITY = 20


def measure(encoder, everything, names, crystals, seed=0):
    """A dict of how well `moments` are told from codes of Crystals, and the `rows` of the map of
    all motifs. Raises SpinlensError where there are fewer than LEAST Crystals, or but one group."""
    published_crystals.require_folds(crystals, LEAST)
    pairs = zip(crystals.names, crystals.structures, strict=True)
    own = [motifs.of_crystal(*pair) for pair in pairs]
    codes = (autoencoder.codes(encoder, motifs.padded(each, names)) for each in (own, everything))
    of_crystals, values = map(invariants, codes)
    published = {
        name: abs(told.moment)
        for name, told in zip(crystals.names, crystals.published, strict=True)
    }
    told = moments(of_crystals, crystals, seed)
    return told, rows(everything, plane(values, seed), published)


def drawable(everything):
    """What a page draws structures of: `structures`, names of points and places in Å by name,
    and covalent `radii` in Å by element."""
    names = motifs.names_of(everything)
    return {
        "structures": {
            own.name: [own.symbols, np.round(own.positions, 3).tolist()] for own in everything
        },
        "radii": {
            name: float(covalent_radii[atomic_numbers[name]])
            for name in names
            if name in atomic_numbers
        },
    }


def invariants(codes):
    """What rotation leaves of codes (structures, (L + 1)², channels): the scalars, and of each
    other order the norm of every channel: (structures, (L + 1) × channels)."""
    found = [codes[:, 0]]
    for order in range(1, int(np.sqrt(codes.shape[1]))):
        found.append(np.linalg.norm(codes[:, order**2 : (order + 1) ** 2], axis=1))
    return np.concatenate(found, 1)


def plane(values, seed=0):
    """Places (structures, 2) of a map on which structures of like invariants are neighbours, by
    t-SNE of the standardised invariants."""
    standard = StandardScaler().fit_transform(values)
    perplexity = min(PERPLEXITY, (len(values) - 1) / 3)
    return TSNE(2, perplexity=perplexity, init="pca", random_state=seed).fit_transform(standard)


def moments(values, crystals, seed=0):
    """Mean absolute errors in μB of published moments, told by extremely randomised trees from
    the codes' invariants `values` of Crystals, on folds drawn at random and by whole groups;
    `baselines` has the same trees on the composition, and the training samples' mean, on the very
    same folds."""
    truth = np.array([abs(own.moment) for own in crystals.published])
    symbols = [structure.get_chemical_symbols() for structure in crystals.structures]
    table, _ = composition.descriptors(symbols)
    told = {"code": ("composition", values), "trees": ("composition", table)}
    told["mean"] = ("majority", table)
    found = {name: {} for name in told}
    for split, grouped in moments_scores.SPLITS.items():
        folds = published_crystals.folds(crystals, FOLDS, grouped, seed)
        for name, (kind, features) in told.items():
            said = baselines.out_of_fold(kind, features, "regression", truth, folds)
            found[name][f"mae_{split}"] = round(float(np.abs(said - truth).mean()), 4)
    own = found.pop("code")
    return own | {"baselines": found, "crystals": len(truth), "folds": FOLDS}


def rows(everything, places, published):
    """A row (dict) of each Motif for the map: name, family, atoms, its rarest element (that
    which fewest structures of its family have), moment in μB where one is `published`
    ({name: moment}), and its place x, y."""
    found = []
    for motif, place in zip(everything, places, strict=True):
        alike = [set(own.symbols) for own in everything if own.family == motif.family]
        kept = [symbol for symbol in motif.symbols if symbol != motifs.CELL]
        rarest = min(sorted(set(kept)), key=lambda one: sum(one in own for own in alike))
        found.append(
            {
                "name": motif.name,
                "family": motif.family,
                "atoms": len(kept),
                "element": rarest,
                "moment_muB": published.get(motif.name, ""),
                "x": round(float(place[0]), 4),
                "y": round(float(place[1]), 4),
            }
        )
    return found
