"""95 % intervals of metrics, and of differences of metrics, over the groups of a split.

A metric is that of the pooled out-of-fold predictions of one repeat, averaged over repeats. Its
interval is a bootstrap that draws what the split keeps together: groups with replacement, then
samples within each drawn group, then repeats, because samples of one group are not independent
(A. C. Davison and D. V. Hinkley, Bootstrap Methods and their Application, 1997, section 3.8). Few
groups make percentile intervals too short; they are taken at the expanded level of T. Hesterberg,
Am. Stat. 69, 371 (2015). The fits are not repeated in a resample: the effect of another training
set enters through the repeats only (Y. Bengio and Y. Grandvalet, J. Mach. Learn. Res. 5, 1089
(2004): k-fold has no unbiased estimate of that variance).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np
from numpy.typing import NDArray

from spinlens.evidence.predictions import Predictions
from spinlens.evidence.wilson import wilson_interval
from spinlens.training import metrics

RESAMPLES = 2000
LEVEL = 0.95
_OF_HITS = ("accuracy", "balanced_accuracy")
Interval = tuple[float, float] | tuple[None, None]


@dataclass(frozen=True)
class Draws:
    """How often each sample, and each repeat, is drawn in each resample.

    Parameters
    ----------
    calculations : NDArray of str, shape (samples,)
        Ids, sorted.
    counts, repeat_counts : NDArray of float, shape (resamples, samples) and (resamples, repeats)
        How often each is drawn.
    groups : int
        Number of groups that were drawn from.
    """

    calculations: NDArray[np.str_]
    counts: NDArray[np.float64]
    repeat_counts: NDArray[np.float64]
    groups: int

    def weights(self, predictions: Predictions) -> NDArray[np.float64]:
        """Weights of the samples of predictions in each resample.

        Parameters
        ----------
        predictions : Predictions
            Of these calculations.

        Returns
        -------
        NDArray of float, shape (resamples, samples)
            How often each sample is drawn.
        """
        return self.counts[:, np.searchsorted(self.calculations, predictions.calculations)]


def draw(repeats: Sequence[Predictions], resamples: int = RESAMPLES, seed: int = 0) -> Draws:
    """Draw groups with replacement, samples within each drawn group, and repeats.

    Parameters
    ----------
    repeats : sequence of Predictions
        Their groups are drawn; the same groups and seed give the same draws.
    resamples, seed : int
        Number of resamples, and the seed of the draws.

    Returns
    -------
    Draws
        Counts of samples and repeats.
    """
    names, first = np.unique(
        np.concatenate([each.calculations for each in repeats]), return_index=True
    )
    groups = np.concatenate([each.groups for each in repeats])[first]
    labels, member = np.unique(groups, return_inverse=True)
    random = np.random.default_rng(seed)
    drawn = random.multinomial(len(labels), np.full(len(labels), 1 / len(labels)), size=resamples)
    counts = np.zeros((resamples, len(names)))
    for label in range(len(labels)):
        own = np.flatnonzero(member == label)
        shares = np.full(len(own), 1 / len(own))
        counts[:, own] = random.multinomial(drawn[:, label] * len(own), shares)
    shares = np.full(len(repeats), 1 / len(repeats))
    of_repeats = random.multinomial(len(repeats), shares, size=resamples).astype(float)
    return Draws(names, counts, of_repeats, len(labels))


def mean_value(metric: str, repeats: Sequence[Predictions]) -> float | None:
    """Mean of a metric over repeats.

    Parameters
    ----------
    metric, repeats
        As `of_metric` takes them.

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

    Resamples hardly show errors that a single group made, so that the low end of an accuracy is
    then no higher than Wilson's for as many groups, class by class and combined over classes
    (Newcombe, Stat. Med. 17, 873 (1998)). An area under the curve of 1 has, for want of any
    scatter, the low end of a balanced accuracy of 1.

    Parameters
    ----------
    metric : str
        Metric, as `training.metrics.value` takes it.
    repeats : sequence of Predictions
        One per repeat.
    draws : Draws
        Resamples of their groups.

    Returns
    -------
    tuple of float, or of None
        Low and high end; (None, None) if the metric is undefined or there is a single group.
    """
    low, high = of_values(resampled(metric, repeats, draws), draws.groups)
    if low is None or high is None:
        return None, None
    perfect = low == high == 1 and repeats[0].kind == "classes"
    if perfect or (metric in _OF_HITS and _erring_groups(repeats) == 1):
        low = min(low, _wilson_low(metric, repeats))
    return low, high


def of_gain(
    metric: str, repeats: Sequence[Predictions], baseline: Sequence[Predictions], draws: Draws
) -> Interval:
    """95 % interval of how much better repeats are than those of a baseline, by paired resamples.

    Parameters
    ----------
    metric, draws
        As `of_metric` takes them; the same draws serve both.
    repeats, baseline : sequence of Predictions
        Of the same samples.

    Returns
    -------
    tuple of float, or of None
        Low and high end; above zero is better, also for an error such as the MAE.
    """
    difference = resampled(metric, repeats, draws) - resampled(metric, baseline, draws)
    return of_values(metrics.gain(metric, difference), draws.groups)


def resampled(metric: str, repeats: Sequence[Predictions], draws: Draws) -> NDArray[np.float64]:
    """Mean of a metric over repeats in each resample.

    Parameters
    ----------
    metric, repeats, draws
        As `of_metric` takes them.

    Returns
    -------
    NDArray of float, shape (resamples,)
        NaN where the metric is undefined.
    """
    values = [
        metrics.weighted(metric, each.truth, each.scores, draws.weights(each)) for each in repeats
    ]
    chosen = draws.repeat_counts
    if chosen.shape[1] != len(values):  # a baseline has one repeat where networks have several
        chosen = np.ones((len(values[0]), len(values)))
    return np.average(np.transpose(values), axis=1, weights=chosen)


def of_values(values: NDArray[np.float64], groups: int) -> Interval:
    """95 % interval of what was computed in each resample, at the expanded level.

    Parameters
    ----------
    values : NDArray of float, shape (resamples,)
        Values; those that are not finite are left out.
    groups : int
        Number of groups that were drawn from.

    Returns
    -------
    tuple of float, or of None
        Low and high end; (None, None) without a value or with a single group.
    """
    values = values[np.isfinite(values)]
    if not values.size or groups < 2:
        return None, None
    from scipy import stats  # half a second that figures of verdicts spare

    quantile = stats.t.ppf((1 - LEVEL) / 2, groups - 1)
    tail = stats.norm.cdf(sqrt(groups / (groups - 1)) * quantile)
    low, high = np.quantile(values, [tail, 1 - tail]).tolist()
    return low, high


def _erring_groups(repeats: Sequence[Predictions]) -> int:
    """Count the groups with a wrong prediction in any repeat."""
    wrong = [each.groups[each.scores.argmax(axis=1) != each.truth] for each in repeats]
    return np.unique(np.concatenate(wrong)).size


def _wilson_low(metric: str, repeats: Sequence[Predictions]) -> float:
    truth, names, right = (
        np.concatenate(columns)
        for columns in zip(
            *((p.truth, p.groups, p.scores.argmax(axis=1) == p.truth) for p in repeats),
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
