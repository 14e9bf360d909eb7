"""Files that the evidence is made of: fits, folds and baselines of each point on each split."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from spinlens.density import grids
from spinlens.evidence import plan
from spinlens.evidence.plan import EvidencePoint, Fit, Placed, Point, Split
from spinlens.settings import hyperparameters, target_names
from spinlens.splits import folds


def fit_folders(results: str, fits: Iterable[Fit]) -> list[str]:
    """Folders of some fits.

    Parameters
    ----------
    results : str
        Folder of results.
    fits : iterable of Fit
        The fits.

    Returns
    -------
    list of str
        Paths below `results`.
    """
    return [f"{results}/fits/{'/'.join(fit)}" for fit in fits]


def network_files(results: str, fits: Iterable[Fit], split: Split, name: str) -> list[str]:
    """One file of each network of some fits.

    Parameters
    ----------
    results, name : str
        Folder of results, and name of the file in the folder of a network.
    fits : iterable of Fit
        The fits, all on one split.
    split : Mapping
        That split.

    Returns
    -------
    list of str
        Paths below `results`.
    """
    return [
        f"{folder}/{seed}/{name}"
        for fit, folder in zip(fits, fit_folders(results, fits), strict=True)
        for seed in plan.seed_names(fit, split)
    ]


def single_evidence(results: str, points: Mapping[str, Point]) -> list[dict[str, Any]]:
    """Evidence that the main job has of each sweep point: its model on the study's one split.

    Parameters
    ----------
    results : str
        Folder of results.
    points : Mapping
        Hyperparameters by the name of the point's folder.

    Returns
    -------
    list of dict
        As `scripts/evidence/score.py` takes it: `point`, `target`, `split`, `split_table`, `group`
        (label that the split keeps together), `moment_hidden`, `fits` (fold, seed and path of
        predictions of each network), `files` (those that the fits are in), `networks` (on each
        fold), `nested`, `null` (such networks of each permuted labelling) and `baselines` (path);
        of a point with several targets an entry each, `one_of_several` among its keys.
    """
    found = []
    for name, point in points.items():
        own = f"{results}/models/{name}/predictions.csv"
        made = {"fits": [["0", "0", own]], "files": [own], "networks": 1}
        found += [
            each | made for each in _evidence(results, name, point, folds.single_split(point))
        ]
    return found


def repeated_evidence(
    results: str, evidence_points: Iterable[EvidencePoint], splits: Sequence[Split]
) -> list[dict[str, Any]]:
    """Evidence of the fits of `evidence_points`, on each of the splits.

    Parameters
    ----------
    results : str
        Folder of results.
    evidence_points : iterable of EvidencePoint
        The points.
    splits : sequence of Mapping
        Repeated splits, as `splits.folds.assign` takes them.

    Returns
    -------
    list of dict
        As `single_evidence` gives it; the single split is that of the permuted labels.
    """
    found = []
    for each in evidence_points:
        if each.permutations:
            single = folds.single_split(each.point)
            placed = _placed(results, each.permuted_fits, single)
            null = [
                placed[i : i + plan.SEEDS_OF_LABELLING]
                for i in range(0, len(placed), plan.SEEDS_OF_LABELLING)
            ]
            fits = [*each.single_split_fits, *each.permuted_fits]
            made = {"fits": _placed(results, each.single_split_fits, single), "null": null}
            made |= {"files": fit_folders(results, fits), "networks": 1}
            found += [own | made for own in _evidence(results, each.name, each.point, single)]
        for split in splits:
            fits = each.fits_of_split(split)
            made = {"fits": _placed(results, fits, split), "files": fit_folders(results, fits)}
            made |= {"nested": each.nested}
            found += [own | made for own in _evidence(results, each.name, each.point, split)]
    return found


def files_of(evidence: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every file and folder that a list of evidence is made of.

    Parameters
    ----------
    evidence : sequence of Mapping
        As `single_evidence` gives it.

    Returns
    -------
    list of str
        Paths, sorted.
    """
    paths: set[str] = {path for each in evidence for path in each["files"]}
    return sorted(paths | {each[key] for each in evidence for key in ("baselines", "split_table")})


def single_split_fits(results: str, point: plan.EvidencePoint) -> dict[str, list[str]]:
    """Folders of the fits of an evidence point on the single split.

    Returns
    -------
    dict
        `fits` of the true labels, and `null` of the permuted ones.
    """
    true, permuted = point.single_split_fits, point.permuted_fits
    return {"fits": fit_folders(results, true), "null": fit_folders(results, permuted)}


def single_split_filters(results: str, point: plan.EvidencePoint) -> dict[str, list[str]]:
    """List the filters of the fits that `single_split_fits` names, a file per network."""
    split = folds.single_split(point.point)
    true, permuted = point.single_split_fits, point.permuted_fits
    return {
        name: network_files(results, fits, split, "filters.nc")
        for name, fits in (("fits", true), ("null", permuted))
    }


def input_of(point: Point) -> dict[str, Any]:
    """Hyperparameters of a point, `plan.OF_INPUT`, that decide what its network receives.

    A network divides by what the training samples share itself, so that its input is then that
    without normalization.
    """
    found = {name: point[name] for name in plan.OF_INPUT}
    if found["normalization"] in grids.NORMALIZATIONS_OF_DATASET:
        found["normalization"] = "none"
    return found


def input_view(point: Point) -> str:
    """Path-safe name of what a network receives, such as `signed-norm-12-12-16`.

    Baselines of the input are fitted once for all points that share it.
    """
    own = input_of(point)
    parts = [hyperparameters.spelled(value) for name, value in own.items() if name != "dimensions"]
    dimensions = [] if own["dimensions"] == 3 else ["2d"]
    return "-".join([part for part in parts if part != "none"] + dimensions)


def _evidence(results: str, name: str, point: Point, split: Split) -> list[dict[str, Any]]:
    """Describe what is scored of a point on a split, an entry for each of its targets."""
    below = f"{target_names.name(point)}/{folds.name(split)}"
    each = [target_names.name_of_one(target) for target in target_names.each_of(point)]
    joint = {"one_of_several": True} if len(each) > 1 else {}
    return [
        {"point": name, "target": target, "split": folds.name(split)}
        | joint
        | {
            "split_table": f"{results}/splits/{below}.tsv",
            "group": split.get("group", "formula"),
            "moment_hidden": grids.hides_moment(point["normalization"]),
            "baselines": f"{results}/baselines/{below}/{input_view(point)}.csv",
            "networks": plan.networks(split),
            "nested": False,
            "null": [],
        }
        for target in each
    ]


def _placed(results: str, fits: Sequence[Fit], split: Split) -> Placed:
    return [
        [fit.fold, seed, f"{folder}/{seed}/predictions.csv"]
        for fit, folder in zip(fits, fit_folders(results, fits), strict=True)
        for seed in plan.seed_names(fit, split)
    ]
