"""What a fit's accuracy is worth, in words: is it more than naming the largest class?"""

from math import isfinite, sqrt

SAME = 1e-4  # two shares of fewer than 10,000 samples that differ at all differ by more
_UNCLEAR = "not clearly above the majority share"


def verdict(metrics):
    """One sentence on a fit, from its metrics as training.fit gives them or as a row of
    sweep.tsv holds them; missing values are None or NaN."""
    if _true(metrics.get("diverged")):
        return "diverged: the loss or the weights did not stay finite"
    if known(metrics, "validation_mae"):
        return _of_a_number(metrics)
    if not (known(metrics, "training_accuracy") and known(metrics, "validation_accuracy")):
        return "diverged: the predictions are not finite"
    training, validation = (_against_share(metrics, side) for side in ("training", "validation"))
    if not _true(metrics.get("validation_one_class")):
        detail = ": the 95 % interval includes it" if validation == _UNCLEAR else ""
        return f"{validation} in validation{detail}"
    if not _true(metrics.get("training_one_class")):
        return f"one class for every validation sample: {validation}; {training} in training"
    if training == validation:
        return f"one class for every sample: {training}"
    return f"one class for every sample: {training} in training, {validation} in validation"


def short_verdict(metrics):
    """The verdict without what its colon explains: a few words, for a label in a figure."""
    return verdict(metrics).split(":")[0]


def wilson_interval(share, samples, quantile=1.959964):
    """Wilson's interval (low, high) of a share seen in a number of samples; 95 % by default.

    E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927). Unlike the normal approximation it stays
    within 0 and 1, and has a width where every sample, or none, was right.
    """
    spread = quantile**2 / samples
    centre = (share + spread / 2) / (1 + spread)
    half = sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def known(metrics, name):
    """Whether a metric is there as a finite number."""
    value = metrics.get(name)
    return value is not None and isfinite(value)


def is_majority_share(accuracy, majority_share):
    """Whether an accuracy is the share of the largest class, to the sample."""
    return abs(accuracy - majority_share) < SAME


def _of_a_number(metrics):
    if not known(metrics, "validation_r2"):
        return "a number whose R² in validation is undefined: the values there are equal"
    r2 = f"R² {metrics['validation_r2']:.2f}".replace("-", "−")
    if metrics["validation_r2"] <= 0:
        return f"no better than the mean in validation: {r2}"
    return f"{r2} in validation"


def _against_share(metrics, side):
    accuracy, share = metrics[f"{side}_accuracy"], metrics[f"{side}_majority_share"]
    if is_majority_share(accuracy, share):
        return "at the majority share"
    if accuracy < share:
        return "below the majority share"
    if known(metrics, f"{side}_samples"):
        if wilson_interval(accuracy, metrics[f"{side}_samples"])[0] <= share:
            return _UNCLEAR
    return "above the majority share"


def _true(value):
    return str(value) in ("True", "true", "1", "1.0")
