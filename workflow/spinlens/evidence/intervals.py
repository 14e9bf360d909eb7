"""95 % intervals of metrics, and of differences of metrics, over compositions and repeats.

A metric is that of the pooled out-of-fold predictions of one repeat, averaged over repeats. Its
interval is the percentile bootstrap that draws compositions, not samples, because two orders or
cells of one composition are no independent witnesses (Efron and Tibshirani, An Introduction to
the Bootstrap, 1993). The fits are not made anew in a resample: what another set of training
samples would have done enters through the repeats only, as a mean (Bengio and Grandvalet,
J. Mach. Learn. Res. 5, 1089 (2004): k-fold has no unbiased estimate of that variance).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from spinlens.evidence.predictions import Predictions
from spinlens.training import metrics

RESAMPLES = 2000
LEVEL = 0.95
_OF_HITS = ("accuracy", "balanced_accuracy")
Interval = tuple[float, float] | tuple[None, None]


@dataclass(frozen=True)
class Draws:
    """How often each composition is drawn in each resample.

    Parameters
    ----------
    compositions : NDArray of str, shape (compositions,)
        Their names, sorted.
    counts : NDArray of float, shape (resamples, compositions)
        How often each is drawn.
    """

    compositions: NDArray[np.str_]
    counts: NDArray[np.float64]

    def weights(self, predictions: Predictions) -> NDArray[np.float64]:
        """Weights of the samples of predictions in each resample.

        Parameters
        ----------
        predictions : Predictions
            Of samples of these compositions.

        Returns
        -------
        NDArray of float, shape (resamples, samples)
            How often each sample's composition is drawn.
        """
        return self.counts[:, np.searchsorted(self.compositions, predictions.compositions)]


def draw(repeats: Sequence[Predictions], resamples: int = RESAMPLES, seed: int = 0) -> Draws:
    """Draw compositions with replacement; the same seed and compositions give the same draws.

    Parameters
    ----------
    repeats : sequence of Predictions
        Their compositions are drawn.
    resamples : int
        Number of resamples.
    seed : int
        Seed of the draws.

    Returns
    -------
    Draws
        How often each composition is drawn.
    """
    names = np.unique(np.concatenate([predictions.compositions for predictions in repeats]))
    random = np.random.default_rng(seed)
    counts = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    return Draws(names, counts.astype(float))


def mean_value(metric: str, repeats: Sequence[Predictions]) -> float | None:
    """Mean of a metric over repeats.

    Parameters
    ----------
    metric : str
        Metric, as `training.metrics.value` takes it.
    repeats : sequence of Predictions
        One per repeat.

    Returns
    -------
    float or None
        None if the metric is undefined for one of them.
    """
    values = [metrics.value(metric, each.truth, each.scores) for each in repeats]
    numbers = [value for value in values if value is not None]
    return float(np.mean(numbers)) if len(numbers) == len(values) else None


def of_metric(metric: str, repeats: Sequence[Predictions], draws: Draws) -> Interval:
    """95 % interval of the mean of a metric over repeats.

    Resamples hardly show errors that few samples made, so that the low end of an accuracy is
    no higher than Wilson's for as many compositions, class by class and combined over classes
    (Newcombe, Stat. Med. 17, 873 (1998)). An area under the curve of 1 has, for want of any
    scatter, the low end of a balanced accuracy of 1.

    Parameters
    ----------
    metric : str
        Metric, as `training.metrics.value` takes it.
    repeats : sequence of Predictions
        One per repeat.
    draws : Draws
        Resamples of their compositions.

    Returns
    -------
    tuple of float, or of None
        Low and high end; (None, None) if the metric is undefined.
    """
    low, high = _bounds(resampled(metric, repeats, draws))
    if low is None or high is None:
        return None, None
    perfect = low == high == 1 and repeats[0].kind == "classes"
    if perfect or (metric in _OF_HITS and low < high):
        low = min(low, _wilson_low(metric, repeats))
    return low, high


def of_gain(
    metric: str, repeats: Sequence[Predictions], baseline: Sequence[Predictions], draws: Draws
) -> Interval:
    """95 % interval of how much better repeats are than those of a baseline, by paired resamples.

    Parameters
    ----------
    metric : str
        Metric, as `training.metrics.value` takes it.
    repeats, baseline : sequence of Predictions
        Of the same samples.
    draws : Draws
        Resamples of the compositions, the same for both.

    Returns
    -------
    tuple of float, or of None
        Low and high end; above zero is better, also for an error such as the MAE.
    """
    difference = resampled(metric, repeats, draws) - resampled(metric, baseline, draws)
    return _bounds(metrics.gain(metric, difference))


def resampled(metric: str, repeats: Sequence[Predictions], draws: Draws) -> NDArray[np.float64]:
    """Mean of a metric over repeats in each resample.

    Parameters
    ----------
    metric : str
        Metric, as `training.metrics.value` takes it.
    repeats : sequence of Predictions
        One per repeat.
    draws : Draws
        Resamples of their compositions.

    Returns
    -------
    NDArray of float, shape (resamples,)
        NaN where the metric is undefined.
    """
    values = [
        metrics.weighted(metric, each.truth, each.scores, draws.weights(each)) for each in repeats
    ]
    return np.mean(values, axis=0)


def wilson_interval(
    share: float, samples: float, quantile: float = 1.959964
) -> tuple[float, float]:
    """Wilson's interval of a share among a number of samples; 95 % by default.

    E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927). Unlike the normal approximation it stays
    within 0 and 1, and has a width where every sample, or none, was right.

    Parameters
    ----------
    share : float
        Share of the samples, 0 to 1.
    samples : float
        Number of samples.
    quantile : float
        Of the standard normal distribution.

    Returns
    -------
    tuple of float
        Low and high end.
    """
    spread = quantile**2 / samples
    centre = (share + spread / 2) / (1 + spread)
    half = sqrt(spread * (share * (1 - share) + spread / 4)) / (1 + spread)
    return max(0.0, centre - half), min(1.0, centre + half)


def _bounds(values: NDArray[np.float64]) -> Interval:
    values = values[np.isfinite(values)]
    if not values.size:
        return None, None
    low, high = np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist()
    return low, high


def _wilson_low(metric: str, repeats: Sequence[Predictions]) -> float:
    truth, names, right = (
        np.concatenate(columns)
        for columns in zip(
            *((p.truth, p.compositions, p.scores.argmax(axis=1) == p.truth) for p in repeats),
            strict=True,
        )
    )
    groups = [truth == label for label in np.unique(truth)]
    if metric == "accuracy":
        groups = [np.full(len(truth), True)]
    shares = np.array([right[group].mean() for group in groups])
    if metric == "auc":
        shares = np.ones(len(groups))
    sizes = [np.unique(names[group]).size for group in groups]
    lows = [wilson_interval(*pair)[0] for pair in zip(shares, sizes, strict=True)]
    return float(shares.mean() - np.linalg.norm(shares - lows) / len(groups))
