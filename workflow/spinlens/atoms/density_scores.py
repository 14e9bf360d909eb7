"""How well densities are predicted from structure: folds, errors, intervals."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinlens.atoms import density_baselines, density_model, structure_sets
from spinlens.atoms.charge_model import ChargeModel
from spinlens.atoms.density_model import DensityModel
from spinlens.atoms.density_samples import DensitySample, Prepared
from spinlens.atoms.structure_sets import Crystals, Fold
from spinlens.atoms.training_loop import Report
from spinlens.core.errors import SpinlensError
from spinlens.density import grids, site_moments
from spinlens.evidence import intervals
from spinlens.evidence.predictions import Predictions

FOLDS = 5
NETWORK, ATOMS = "network", "superposed_atoms"
BASELINES = (ATOMS, *density_baselines.BASELINES)
METHODS = (NETWORK, *BASELINES)
NOTICED = 0.01  # μB, of a ligand whose sign is compared

Row = dict[str, Any]
Array = NDArray[Any]
Fields = dict[str, list[Array]]  # densities in μB Å⁻³ or e Å⁻³ by method


def folds(samples: Sequence[DensitySample], seed: int = 0) -> dict[str, list[Fold]]:
    """Divide samples into folds of compositions at random, and into folds of one group each.

    Parameters
    ----------
    samples, seed
        Samples, and seed of the draw.

    Returns
    -------
    dict
        Positions (training, validation) of `random` and `grouped` folds.

    Raises
    ------
    SpinlensError
        If all are of one group, or of fewer compositions than folds.
    """
    names, groups = [each.composition for each in samples], [each.group for each in samples]
    if len(set(names)) < FOLDS or len(set(groups)) < 2:
        raise SpinlensError(
            f"{len(set(names))} compositions with {len(set(groups))} sets of magnetic elements: "
            f"density_model takes {FOLDS} compositions at least, and two sets"
        )
    crystals = Crystals(names, [each.structure for each in samples], names, groups, list(names))
    return {
        "random": structure_sets.folds(crystals, FOLDS, False, seed),
        "grouped": structure_sets.folds(crystals, len(set(groups)), True, seed),
    }


def cross_validate(
    prepared: Sequence[Prepared], model: DensityModel, report: Report = print
) -> tuple[Row, list[Row], dict[str, list[Array]]]:
    """Score network and baselines on the same folds.

    Parameters
    ----------
    prepared, model
        Samples, and a model of their quantity, which is trained anew in every fold.
    report
        Called with lines of progress.

    Returns
    -------
    dict
        `error_random`, `error_grouped`: ∫|Δm| / ∫|m| of the network, mean over the samples, and
        the same of `baselines_...`; `intervals_...` of 95 % over groups, of the errors and of the
        network's gains on each baseline; `moments_...`, or `electrons_...`, of `_site_scores`.
    list of dict
        Rows with the errors of each sample.
    dict
        Coefficients that the network predicted of each sample held out, by kind of fold.
    """
    samples = [each.sample for each in prepared]
    prefix = "charge_" if isinstance(model, ChargeModel) else ""
    rows = [_about(each) for each in samples]
    summary: Row = {"samples": len(samples), "groups": sorted({each.group for each in samples})}
    kept: dict[str, list[Array]] = {}
    for split, pairs in folds(samples, model.settings["seed"]).items():
        table: list[Row] = [{} for _ in samples]
        kept[split] = [np.empty(0) for _ in samples]
        for number, (training, validation) in enumerate(pairs, start=1):
            coefficients, fields = _predicted(
                model, [prepared[i] for i in training], [samples[i] for i in validation]
            )
            for place, i in enumerate(validation):
                own = {method: values[place] for method, values in fields.items()}
                table[i] = {method: _compared(samples[i], own[method]) for method in METHODS}
                kept[split][i] = coefficients[place]
            means = {m: np.mean([table[i][m]["error"] for i in validation]) for m in METHODS}
            report(f"{split} fold {number}: " + ", ".join(f"{m} {v:.3f}" for m, v in means.items()))
        for row, scores in zip(rows, table, strict=True):
            row |= {f"{prefix}{split}_{m}": round(scores[m]["error"], 4) for m in METHODS}
            if not prefix:
                row[f"{split}_total_moment_muB"] = round(scores[NETWORK]["total_moment"], 4)
        summary |= _summary(split, samples, table)
    return summary, rows, kept


def _predicted(
    model: DensityModel, training: Sequence[Prepared], validation: Sequence[DensitySample]
) -> tuple[list[Array], Fields]:
    """Network's coefficients, and densities by each method, of the validation samples."""
    model.train(training)
    of_network, found = _of_model(model, validation)
    known = [each.sample for each in training]
    for method, function in density_baselines.BASELINES.items():
        found[method] = function(known, validation)
        if isinstance(model, ChargeModel):  # electrons are known before a density is
            pairs = zip(found[method], validation, strict=True)
            found[method] = [model.with_electrons(*pair) for pair in pairs]
    return of_network, found


def score_calculations(model: DensityModel, samples: Sequence[DensitySample]) -> list[Row]:
    """Score a trained model on calculations, beside superposed atoms of the same directions.

    Parameters
    ----------
    model, samples
        The model, and calculations of elements that it knows.

    Returns
    -------
    list of dict
        For each: what it is, what of it lies outside of what was trained on, and of both methods
        ∫|Δm| / ∫|m| and the mean absolute error of the moments of magnetic sites in μB.
    """
    rows = []
    for sample in samples:
        row = _about(sample) | {
            "outside": "; ".join(model.outside(sample.structure, sample.directions))
        }
        for method, [field] in _of_model(model, [sample])[1].items():
            scores = _compared(sample, field)
            row[f"error_{method}"] = round(scores["error"], 4)
            row[f"site_mae_{method}_muB"] = round(float(scores["sites"].mean()), 4)
        rows.append(row)
    return rows


def _of_model(model: DensityModel, samples: Sequence[DensitySample]) -> tuple[list[Array], Fields]:
    """Network's coefficients, and densities of network and superposed atoms."""
    structures = [each.structure for each in samples]
    directions = [each.directions for each in samples]
    found: Fields = {NETWORK: [], ATOMS: []}
    of_network = [own.mean(axis=0) for own in model.predict(structures, directions)]
    for own, each in zip(of_network, samples, strict=True):
        expected = model.atoms.expected(each.structure, each.directions)
        atoms = model.atoms.coefficients(each.structure, each.directions, expected)
        for method, coefficients in ((NETWORK, own), (ATOMS, atoms)):
            found[method].append(density_model.on_grid(coefficients, each))
    return of_network, found


def relative_error(predicted: Array, truth: Array) -> float:
    """∫|Δm| / ∫|m| of two densities on one grid.

    Parameters
    ----------
    predicted, truth
        Densities (na, nb, nc).
    """
    return float(np.abs(predicted - truth).mean() / np.abs(truth).mean())


def _compared(sample: DensitySample, predicted: Array) -> Row:
    """Error, totals, absolute errors of sites, and wrong signs of ligands; charges have none."""
    truth, lattice, is_spin = sample.density, sample.lattice, sample.quantity == "magnetization"
    moments = [
        site_moments.in_spheres(field, lattice, sample.positions) for field in (predicted, truth)
    ]
    totals = [float(grids.integral(field, lattice)) for field in (predicted, truth)]
    asked = (sample.directions != 0) | (not is_spin)
    ligands = ~asked & (np.abs(moments[1]) > NOTICED)
    return {
        "error": relative_error(predicted, truth),
        "total_moment": totals[0],
        "total": abs(totals[0] - totals[1]),
        "sites": np.abs(moments[0] - moments[1])[asked],
        "wrong": (moments[0] * moments[1] < 0)[ligands] if is_spin else None,
    }


def _about(sample: DensitySample) -> Row:
    return {
        "calculation": sample.name,
        "composition": sample.composition,
        "magnetic_elements": sample.group,
        "total_moment_muB": round(float(grids.integral(sample.magnetization, sample.lattice)), 4),
    }


def _summary(split: str, samples: Sequence[DensitySample], table: Sequence[Row]) -> Row:
    errors = {m: np.array([scores[m]["error"] for scores in table]) for m in METHODS}
    means = {method: round(float(own.mean()), 4) for method, own in errors.items()}
    is_spin = samples[0].quantity == "magnetization"
    return {
        f"error_{split}": means.pop(NETWORK),
        f"baselines_{split}": means,
        f"intervals_{split}": _intervals(errors, samples),
        f"{'moments' if is_spin else 'electrons'}_{split}": {
            method: _site_scores([scores[method] for scores in table]) for method in METHODS
        },
    }


def _site_scores(scores: Sequence[Row]) -> Row:
    """Mean absolute errors of totals and sites, in μB or e; of moments also wrong ligand signs."""
    unit = "e" if scores[0]["wrong"] is None else "muB"
    totals = float(np.mean([own["total"] for own in scores]))
    sites = float(np.concatenate([own["sites"] for own in scores]).mean())
    found = {f"total_mae_{unit}": round(totals, 4), f"site_mae_{unit}": round(sites, 4)}
    if unit == "e":
        return found
    wrong = np.concatenate([own["wrong"] for own in scores])
    share = round(float(wrong.mean()), 4) if wrong.size else None
    return found | {"ligand_sign_errors": share, "ligands": int(wrong.size)}


def _intervals(errors: Mapping[str, Array], samples: Sequence[DensitySample]) -> Row:
    """95 % intervals over groups: of each error, and of the network's gain on each baseline."""
    names, groups = (np.array([getattr(s, key) for s in samples]) for key in ("name", "group"))
    made = {
        method: [Predictions(names, groups, groups, np.zeros(len(own)), own)]
        for method, own in errors.items()
    }
    draws = intervals.draw(made[NETWORK])
    found = {method: intervals.of_metric("mae", own, draws) for method, own in made.items()}
    gains = {m: intervals.of_gain("mae", made[NETWORK], made[m], draws) for m in BASELINES}
    return {
        "error": _rounded(found.pop(NETWORK)),
        "baselines": {method: _rounded(own) for method, own in found.items()},
        "gain": {method: _rounded(own) for method, own in gains.items()},
    }


def _rounded(bounds: intervals.Interval) -> list[float | None]:
    return [None if bound is None else round(bound, 4) for bound in bounds]
