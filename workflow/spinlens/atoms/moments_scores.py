"""How well moments and ground states are told from structure alone, beside simpler means."""

import numpy as np

from spinlens.atoms import moments, points, published_crystals
from spinlens.crystal import composition, d_electrons
from spinlens.evidence import baselines

FOLDS = 10
SPLITS = {"random": False, "grouped": True}
# Name: of evidence's baselines which, on which table. `trees` see the formula, as elsewhere.
BASELINES = {
    "trees": ("composition", "composition"),
    "trees_on_electrons": ("composition", "electrons"),
    "mean": ("majority", "composition"),
}
COMBINED = "trees_on_electrons"  # with the network, half and half


def samples(crystals):
    """moments.Sample of Crystals whose moments were published."""
    return [
        moments.Sample(structure, abs(own.moment), int(own.ground_state == "FM"))
        for structure, own in zip(crystals.structures, crystals.published, strict=True)
    ]


def measure(crystals, settings, count=FOLDS, report=print):
    """A dict of mean absolute errors in μB, `mae_random` and `mae_grouped` (of `count` folds,
    drawn at random or by whole groups), and of the shares of ground states named rightly, of the
    network alone; the same on the same folds of `combined`, the mean of what the network and the
    trees on counts of electrons say, and of `baselines` (BASELINES); `orders` as `alike` says.
    Rows of what each crystal was said to be, too. Raises SpinlensError where there are fewer
    crystals than folds, or but one group."""
    published_crystals.require_folds(crystals, count)
    own, tables = samples(crystals), _tables(crystals)
    elements = points.elements_of(crystals.structures)
    truth, orders = (np.array([sample[i] for sample in own]) for i in (1, 2))
    rows, found, combined = _rows(crystals, own), {}, {}
    beside = {name: {} for name in BASELINES}
    for name, grouped in SPLITS.items():
        folds = published_crystals.folds(crystals, count, grouped, settings["seed"])
        said, share = moments.out_of_fold(own, elements, folds, settings, report)
        found |= _scores(name, said, share > 0.5, truth, orders)
        for row, moment, of_order in zip(rows, said, share, strict=True):
            row |= {f"{name}_moment_muB": round(float(moment), 4)}
            row |= {f"{name}_probability_FM": round(float(of_order), 4)}
        for baseline, (kind, table) in BASELINES.items():
            values = baselines.out_of_fold(kind, tables[table], "regression", truth, folds)
            shares = baselines.out_of_fold(kind, tables[table], "classes", orders, folds)
            beside[baseline] |= _scores(name, values, shares.argmax(axis=1), truth, orders)
            if baseline == COMBINED:
                both = (said + values) / 2, (share + 1 - shares[:, 0]) / 2 > 0.5
                combined |= _scores(name, *both, truth, orders)
    made = {"crystals": len(own), "folds": count, "elements": elements, "settings": settings}
    found |= {"combined": combined, "baselines": beside, "orders": alike(crystals)}
    return found | {"made": made}, rows


def alike(crystals, near=0.1):
    """How far orders can be told at all: of Crystals that have `siblings`, others of the same
    group whose metals have as many d electrons, how many have one of the other order whose moment
    is the same within `near` μB, so that `neither` structure nor moment tells the two apart."""
    counts = [round(d_electrons.donated(structure), 3) for structure in crystals.structures]
    kinds = list(zip(crystals.groups, counts, strict=True))
    siblings = neither = 0
    for i, kind in enumerate(kinds):
        others = [j for j, other in enumerate(kinds) if j != i and other == kind]
        own, beside = crystals.published[i], [crystals.published[j] for j in others]
        siblings += bool(others)
        neither += any(
            other.ground_state != own.ground_state and abs(other.moment - own.moment) < near
            for other in beside
        )
    return {"siblings": siblings, "neither": neither}


def _tables(crystals):
    symbols = [structure.get_chemical_symbols() for structure in crystals.structures]
    return {
        "composition": composition.descriptors(symbols)[0],
        "electrons": d_electrons.descriptors(crystals.structures),
    }


def _scores(name, values, ferromagnetic, truth, orders):
    return {
        f"mae_{name}": round(float(np.abs(values - truth).mean()), 4),
        f"ground_state_{name}": round(float((ferromagnetic == orders).mean()), 4),
    }


def _rows(crystals, samples):
    return [
        {
            "structure": name,
            "group": group,
            "published_moment_muB": sample.moment,
            "published_ground_state": "FM" if sample.ferromagnetic else "AFM",
        }
        for name, group, sample in zip(crystals.names, crystals.groups, samples, strict=True)
    ]
