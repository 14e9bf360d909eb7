"""How well moments and ground states are predicted from structure, and what to compute next."""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinlens.atoms import moments, points, structure_sets
from spinlens.atoms.structure_sets import Crystals
from spinlens.atoms.training_loop import Report
from spinlens.core.errors import SpinlensError
from spinlens.crystal import composition, d_electrons
from spinlens.evidence import baselines

FOLDS = 10
SPLITS = {"random": False, "grouped": True}  # whether folds keep whole groups together
# Of each baseline the one of `evidence.baselines`, and the table that it is fitted to.
BASELINES = {
    "trees": ("composition", "composition"),
    "trees_on_electrons": ("composition", "electrons"),
    "mean": ("majority", "composition"),
}
COMBINED = "trees_on_electrons"  # averaged with the network
SAME_MOMENT = 0.1  # μB, difference below which moments are the same
SCREEN_COLUMNS = (
    "rank", "structure", "group", "moment_muB", "deviation_muB", "optimistic_moment_muB",
    "probability_FM", "unseen_elements",
)  # fmt: skip

Row = dict[str, Any]
Array = NDArray[Any]


def samples(crystals: Crystals) -> list[moments.Sample]:
    """Return crystals with their published ground states.

    Parameters
    ----------
    crystals
        Crystals with published moments.
    """
    return [
        moments.Sample(structure, abs(own.moment), int(own.ground_state == "FM"))
        for structure, own in zip(crystals.structures, crystals.published, strict=True)
    ]


def cross_validate(
    crystals: Crystals, settings: Mapping[str, Any], count: int = FOLDS, report: Report = print
) -> tuple[Row, list[Row]]:
    """Return scores of the network and of baselines on the same folds, and rows of predictions.

    Parameters
    ----------
    crystals
        Crystals with published moments.
    settings, count
        As `moments.network_settings` returns them, and number of folds.
    report
        Called with lines of progress.

    Returns
    -------
    dict
        Mean absolute errors in μB `mae_random` and `mae_grouped` (folds of whole groups) and
        accuracies of the ground state `ground_state_...` of the network; the same for `combined`,
        its mean with COMBINED, and for each of `baselines`; `orders` as `indistinguishable_orders`
        returns them.
    list of dict
        Published and predicted values of each crystal.

    Raises
    ------
    SpinlensError
        If there are fewer crystals than folds, or all are of one group.
    """
    structure_sets.require_folds(crystals, count)
    own, tables = samples(crystals), _tables(crystals)
    elements = points.elements_of(crystals.structures)
    truth, orders = (np.array([sample[i] for sample in own]) for i in (1, 2))
    rows = _rows(crystals, own)
    scores: Row = {}
    combined: Row = {}
    beside: dict[str, Row] = {name: {} for name in BASELINES}
    for name, grouped in SPLITS.items():
        folds = structure_sets.folds(crystals, count, grouped, settings["seed"])
        predicted, share = moments.predict_out_of_fold(own, elements, folds, settings, report)
        scores |= _scores(name, predicted, share > 0.5, truth, orders)
        for row, moment, probability in zip(rows, predicted, share, strict=True):
            row |= {f"{name}_moment_muB": round(float(moment), 4)}
            row |= {f"{name}_probability_FM": round(float(probability), 4)}
        for baseline, (kind, table) in BASELINES.items():
            values = baselines.out_of_fold(kind, tables[table], "regression", truth, folds)
            shares = baselines.out_of_fold(kind, tables[table], "classes", orders, folds)
            beside[baseline] |= _scores(name, values, shares.argmax(axis=1), truth, orders)
            if baseline == COMBINED:
                both = (predicted + values) / 2, (share + 1 - shares[:, 0]) / 2 > 0.5
                combined |= _scores(name, *both, truth, orders)
    made = {"crystals": len(own), "folds": count, "elements": elements, "settings": settings}
    scores |= {"combined": combined, "baselines": beside}
    return scores | {"orders": indistinguishable_orders(crystals), "made": made}, rows


def table_errors(crystals: Crystals, table: Array, count: int = FOLDS, seed: int = 0) -> Row:
    """Return mean absolute errors of moments, in μB, of trees on a table and of two baselines.

    Parameters
    ----------
    crystals
        Crystals with published moments.
    table
        Features (crystals, features).
    count, seed
        Number of folds, and seed of their draw.

    Returns
    -------
    dict
        `mae_random` and `mae_grouped`; under `baselines` the same of `trees` on the composition
        and of the training samples' `mean`, on the same folds.
    """
    truth = np.array([abs(own.moment) for own in crystals.published])
    formulas = _tables(crystals)["composition"]
    models = {"table": ("composition", table), "trees": ("composition", formulas)}
    models["mean"] = ("majority", formulas)
    scores: dict[str, Row] = {name: {} for name in models}
    for split, grouped in SPLITS.items():
        folds = structure_sets.folds(crystals, count, grouped, seed)
        for name, (kind, features) in models.items():
            values = baselines.out_of_fold(kind, features, "regression", truth, folds)
            scores[name][f"mae_{split}"] = round(float(np.abs(values - truth).mean()), 4)
    own = scores.pop("table")
    return own | {"baselines": scores, "crystals": len(truth), "folds": count}


def indistinguishable_orders(crystals: Crystals) -> dict[str, int]:
    """Count the crystals whose magnetic order neither electron count nor moment determines.

    Parameters
    ----------
    crystals
        Crystals with published moments.

    Returns
    -------
    dict
        `siblings`: crystals for which there are others of the same group whose metals have as
        many d electrons; `neither`: those with a sibling of another order and the same moment.
    """
    counts = [round(d_electrons.donated(structure), 3) for structure in crystals.structures]
    keys = list(zip(crystals.groups, counts, strict=True))
    siblings = neither = 0
    for i, key in enumerate(keys):
        others = [crystals.published[j] for j, other in enumerate(keys) if j != i and other == key]
        own = crystals.published[i]
        siblings += bool(others)
        neither += any(
            other.ground_state != own.ground_state and abs(other.moment - own.moment) < SAME_MOMENT
            for other in others
        )
    return {"siblings": siblings, "neither": neither}


def rank_unknown(
    crystals: Crystals,
    computed: AbstractSet[str],
    settings: Mapping[str, Any],
    report: Report = print,
) -> list[Row]:
    """Return crystals that were neither published nor computed, ranked by optimistic moment.

    An ensemble learns from those published. Crystals are ranked by the expected moment plus its
    standard deviation over the ensemble; those with elements that were not trained on come last.

    Parameters
    ----------
    crystals, computed
        All crystals, and the compositions that were computed.
    settings, report
        As `moments.network_settings` returns them, and a function called with lines of progress.

    Returns
    -------
    list of dict
        Rows of SCREEN_COLUMNS.

    Raises
    ------
    SpinlensError
        If no moment was published.
    """
    known = crystals.with_published_moment()
    if not known.names:
        raise SpinlensError("nothing to learn from: screen_decorate names none that was published")
    unknown = crystals.select(
        i
        for i, composition in enumerate(crystals.compositions)
        if crystals.published[i] is None and composition not in computed
    )
    if not unknown.names:
        return []
    elements = points.elements_of(crystals.structures)
    ensemble = moments.Ensemble(elements, settings).train(samples(known), report)
    predicted, shares = ensemble.predict(unknown.structures)
    trained = set(points.elements_of(known.structures))
    rows: list[Row] = [
        {
            "structure": name,
            "group": group,
            "moment_muB": round(float(own.mean()), 4),
            "deviation_muB": round(float(own.std()), 4),
            "optimistic_moment_muB": round(float(own.mean() + own.std()), 4),
            "probability_FM": round(float(share.mean()), 4),
            "unseen_elements": " ".join(sorted(set(structure.get_chemical_symbols()) - trained)),
        }
        for name, group, structure, own, share in zip(
            unknown.names, unknown.groups, unknown.structures, predicted.T, shares.T, strict=True
        )
    ]
    rows.sort(key=lambda row: (row["unseen_elements"] != "", -row["optimistic_moment_muB"]))
    return [{"rank": number} | row for number, row in enumerate(rows, start=1)]


def _tables(crystals: Crystals) -> dict[str, Array]:
    symbols = [structure.get_chemical_symbols() for structure in crystals.structures]
    return {
        "composition": composition.descriptors(symbols)[0],
        "electrons": d_electrons.descriptors(crystals.structures),
    }


def _scores(split: str, values: Array, ferromagnetic: Array, truth: Array, orders: Array) -> Row:
    return {
        f"mae_{split}": round(float(np.abs(values - truth).mean()), 4),
        f"ground_state_{split}": round(float((ferromagnetic == orders).mean()), 4),
    }


def _rows(crystals: Crystals, samples: Sequence[moments.Sample]) -> list[Row]:
    return [
        {
            "structure": name,
            "group": group,
            "published_moment_muB": sample.moment,
            "published_ground_state": "FM" if sample.ferromagnetic else "AFM",
        }
        for name, group, sample in zip(crystals.names, crystals.groups, samples, strict=True)
    ]
