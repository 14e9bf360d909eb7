"""What to compute next: crystals of which nothing is known, ranked."""

from spinlens.atoms import moments, moments_scores, points
from spinlens.core.errors import SpinlensError

COLUMNS = (
    "rank", "structure", "group", "moment_muB", "deviation_muB", "optimistic_moment_muB",
    "probability_FM", "unseen_elements",
)  # fmt: skip


def rank(crystals, computed, settings, report=print):
    """A row (dict of COLUMNS) for each of Crystals that was neither published nor is among the
    `computed` compositions, the most wanted first.

    An ensemble learns from those published. Wanted are large moments and what it is unsure of:
    rows are ordered by the moment expected plus its standard deviation over the ensemble, those
    with elements that no training has seen last, because what is said of them is a guess. Raises
    SpinlensError where none was published.
    """
    known = crystals.chosen(crystals.known())
    if not known.names:
        raise SpinlensError("nothing to learn from: screen_decorate names none that was published")
    new = [
        i
        for i, composition in enumerate(crystals.compositions)
        if crystals.published[i] is None and composition not in computed
    ]
    if not new:
        return []
    wanted, elements = crystals.chosen(new), points.elements_of(crystals.structures)
    ensemble = moments.Ensemble(elements, settings).train(moments_scores.samples(known), report)
    said, shares = ensemble.predict(wanted.structures)
    seen = set(points.elements_of(known.structures))
    rows = [
        {
            "structure": name,
            "group": group,
            "moment_muB": round(float(own.mean()), 4),
            "deviation_muB": round(float(own.std()), 4),
            "optimistic_moment_muB": round(float(own.mean() + own.std()), 4),
            "probability_FM": round(float(share.mean()), 4),
            "unseen_elements": " ".join(sorted(set(structure.get_chemical_symbols()) - seen)),
        }
        for name, group, structure, own, share in zip(
            wanted.names, wanted.groups, wanted.structures, said.T, shares.T, strict=True
        )
    ]
    rows.sort(key=lambda row: (row["unseen_elements"] != "", -row["optimistic_moment_muB"]))
    return [{"rank": number} | row for number, row in enumerate(rows, start=1)]
