"""How well moments and ground states are told from structure alone, beside simpler means."""

import numpy as np

from spinlens.calculation import composition
from spinlens.evidence import baselines
from spinlens.geometry import moments, points, published_crystals

FOLDS = 10
SPLITS = {"random": False, "grouped": True}


def samples(crystals):
    """moments.Sample of Crystals whose moments were published."""
    return [
        moments.Sample(structure, abs(own.moment), int(own.ground_state == "FM"))
        for structure, own in zip(crystals.structures, crystals.published, strict=True)
    ]


def measure(crystals, settings, count=FOLDS, report=print):
    """A dict of mean absolute errors in μB, `mae_random` and `mae_grouped` (of `count` folds,
    drawn at random or by whole groups), and of the shares of ground states named rightly; of
    `baselines` the same on the same folds: extremely randomised trees on the composition, and the
    training samples' mean and commonest order. Rows of what each crystal was said to be, too.
    Raises ValueError, one line, where there are fewer crystals than folds."""
    if len(crystals.names) < count:
        raise ValueError(f"{len(crystals.names)} published crystals, fewer than {count} folds")
    own = samples(crystals)
    elements = points.elements_of(crystals.structures)
    truth = np.array([sample.moment for sample in own])
    orders = np.array([sample.ferromagnetic for sample in own])
    table, _ = composition.descriptors([s.get_chemical_symbols() for s in crystals.structures])
    found, beside, rows = {}, {"trees": {}, "mean": {}}, _rows(crystals, own)
    for name, grouped in SPLITS.items():
        folds = published_crystals.folds(crystals, count, grouped, settings["seed"])
        said, share = moments.out_of_fold(own, elements, folds, settings, report)
        found |= _scores(name, said, share > 0.5, truth, orders)
        for row, moment, of_order in zip(rows, said, share, strict=True):
            row |= {f"{name}_moment_muB": round(float(moment), 4)}
            row |= {f"{name}_probability_FM": round(float(of_order), 4)}
        for baseline, kind in (("trees", "composition"), ("mean", "majority")):
            values = baselines.out_of_fold(kind, table, "regression", truth, folds)
            classes = baselines.out_of_fold(kind, table, "classes", orders, folds).argmax(axis=1)
            beside[baseline] |= _scores(name, values, classes, truth, orders)
    made = {"crystals": len(own), "folds": count, "elements": elements, "settings": settings}
    return found | {"baselines": beside, "made": made}, rows


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
