"""The one judge of predictions: a sentence on each fit and on each row of the evidence.

The *majority baseline* names the largest class for every sample (of values: the mean). A fit's
accuracy is compared with that of its own fold. In the evidence a point beats a baseline if the
95 % interval of its gain over it, by paired resamples of the groups, lies above zero; to
beat every baseline it must beat each, so no correction for their number is due. It beats the
majority baseline only if its own interval also lies above the value without any knowledge (½ for
the area under the curve, 1/classes, R² of 0): on grouped folds the training samples' majority
does worse than that. A point worse than a baseline is `no better`.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from spinlens.evidence import BASELINES, intervals
from spinlens.evidence.predictions import Predictions
from spinlens.evidence.wilson import wilson_interval
from spinlens.training import metrics

DIVERGED = "diverged"
ONE_CLASS = "one class for every sample"
MAJORITY_BASELINE = BASELINES["majority"]
AT_THE_MAJORITY_BASELINE = f"at {MAJORITY_BASELINE}"
NOT_CLEARLY_ABOVE = f"not clearly above {MAJORITY_BASELINE}"
BETTER_THAN_EVERY = "better than every baseline"
USE_THE_INTEGRAL = ("integral", "parts")
SAME_ACCURACY = 1e-4  # below the step of a share of fewer than 10,000 samples


def fit_verdict(fit: Mapping[str, Any]) -> str:
    """Sentence on one fit: its accuracy beside the majority baseline, or its R².

    Parameters
    ----------
    fit : Mapping
        Metrics as `metrics.json` or a row of `sweep.tsv` holds them; missing values are None or
        NaN.

    Returns
    -------
    str
        It begins with `diverged` if a loss, weight or prediction is not finite. A colon precedes
        the explanation.
    """
    if _is_true(fit.get("diverged")):
        return f"{DIVERGED}: the loss or the weights did not stay finite"
    if known(fit, "validation_mae"):
        return _regression_verdict(fit)
    if not (known(fit, "training_accuracy") and known(fit, "validation_accuracy")):
        return f"{DIVERGED}: the predictions are not finite"
    training, validation = (_accuracy_verdict(fit, fold) for fold in ("training", "validation"))
    if not _is_true(fit.get("validation_one_class")):
        detail = ": the 95 % interval includes it" if validation == NOT_CLEARLY_ABOVE else ""
        return f"{validation} in validation{detail}"
    if not _is_true(fit.get("training_one_class")):
        return f"one class for every validation sample: {validation}; {training} in training"
    if training == validation:
        return f"{ONE_CLASS}: {training}"
    return f"{ONE_CLASS}: {training} in training, {validation} in validation"


def short_fit_verdict(fit: Mapping[str, Any]) -> str:
    """Cut the explanation after the colon off the verdict on a fit, for a label in a figure.

    Parameters
    ----------
    fit : Mapping
        Metrics, as `fit_verdict` takes them.

    Returns
    -------
    str
        A few words.
    """
    return fit_verdict(fit).split(":")[0]


def known(fit: Mapping[str, Any], name: str) -> bool:
    """Whether a metric is present as a finite number.

    Parameters
    ----------
    fit : Mapping
        Metrics, as `fit_verdict` takes them.
    name : str
        Name of the metric.

    Returns
    -------
    bool
        False if it is missing, None, NaN or infinite.
    """
    value = fit.get(name)
    return value is not None and isfinite(value)


def at_majority_baseline(accuracy: float, baseline: float) -> bool:
    """Whether an accuracy equals that of the majority baseline, to the sample.

    Parameters
    ----------
    accuracy, baseline : float
        Shares of correct samples, of the fit and of the largest class.

    Returns
    -------
    bool
        True within 1e-4, less than one sample of up to 10,000 makes.
    """
    return abs(accuracy - baseline) < SAME_ACCURACY


def evidence_verdict(
    metric: str,
    repeats: Sequence[Predictions],
    baselines: Mapping[str, Sequence[Predictions]],
    draws: intervals.Draws,
    moment_hidden: bool = False,
) -> str:
    """Sentence on the repeats of a point, by a metric, beside baselines on the same folds.

    Parameters
    ----------
    metric : str
        Metric, as `training.metrics.value` takes it.
    repeats : sequence of Predictions
        Out-of-fold predictions of the point, one per repeat.
    baselines : Mapping
        Predictions by the name of each baseline, `majority` among them.
    draws : Draws
        Resamples of the repeats' groups.
    moment_hidden : bool
        Whether each input is divided by its own integral or norm, so that the baselines which
        use the integral know more than the point.

    Returns
    -------
    str
        It begins with `diverged`, `at the majority baseline`, `no better than ..`, `better than
        every baseline` or `better than every baseline that does not see the integral`; or `not
        measured`, for a metric that the samples do not define.
    """
    lost = sum(not metrics.all_finite(each.scores) for each in repeats)
    if lost:
        return f"{DIVERGED}: {lost} of {len(repeats)} repeats predict what is not finite"
    if intervals.mean_value(metric, repeats) is None:
        return "not measured: the validated samples lack a class or do not vary"
    is_one_class = all(
        each.kind == "classes" and metrics.one_class(each.scores) for each in repeats
    )
    if not _beats_majority(metric, repeats, baselines["majority"], draws):
        return AT_THE_MAJORITY_BASELINE + (f": {ONE_CLASS}" if is_one_class else "")
    found = _against_the_others(metric, repeats, baselines, draws, moment_hidden)
    return f"{found}, yet {ONE_CLASS}" if is_one_class else found


def _regression_verdict(fit: Mapping[str, Any]) -> str:
    if not known(fit, "validation_r2"):
        return "a number whose R² in validation is undefined: the values there are equal"
    r2 = f"R² {fit['validation_r2']:.2f}".replace("-", "−")
    if fit["validation_r2"] <= 0:
        return f"no better than the mean in validation: {r2}"
    return f"{r2} in validation"


def _accuracy_verdict(fit: Mapping[str, Any], fold: str) -> str:
    accuracy, baseline = fit[f"{fold}_accuracy"], fit[f"{fold}_majority_baseline"]
    if at_majority_baseline(accuracy, baseline):
        return AT_THE_MAJORITY_BASELINE
    if accuracy < baseline:
        return f"below {MAJORITY_BASELINE}"
    if known(fit, f"{fold}_samples"):
        if wilson_interval(accuracy, fit[f"{fold}_samples"])[0] <= baseline:
            return NOT_CLEARLY_ABOVE
    return f"above {MAJORITY_BASELINE}"


def _is_true(value: Any) -> bool:
    return str(value) in ("True", "true", "1", "1.0")


def _against_the_others(
    metric: str,
    repeats: Sequence[Predictions],
    baselines: Mapping[str, Sequence[Predictions]],
    draws: intervals.Draws,
    moment_hidden: bool,
) -> str:
    others = [name for name in BASELINES if name in baselines and name != "majority"]
    unbeaten = [name for name in others if not _beats(metric, repeats, baselines[name], draws)]
    if not unbeaten:
        return BETTER_THAN_EVERY
    without_integral = [name for name in unbeaten if name not in USE_THE_INTEGRAL]
    if moment_hidden and not without_integral:
        return f"{BETTER_THAN_EVERY} that does not see the integral"
    named = without_integral if moment_hidden else unbeaten
    first, *further = [BASELINES[name] for name in named]
    return f"no better than {first}" + "".join(f", nor than {phrase}" for phrase in further)


def _beats(
    metric: str,
    repeats: Sequence[Predictions],
    baseline: Sequence[Predictions],
    draws: intervals.Draws,
) -> bool:
    low, _ = intervals.of_gain(metric, repeats, baseline, draws)
    return low is not None and low > 0


def _beats_majority(
    metric: str,
    repeats: Sequence[Predictions],
    majority: Sequence[Predictions],
    draws: intervals.Draws,
) -> bool:
    level = metrics.no_skill(metric, repeats[0].scores.shape[-1])
    low, _ = intervals.of_metric(metric, repeats, draws)
    above = level is None or (low is not None and low > level)
    return above and _beats(metric, repeats, majority, draws)
