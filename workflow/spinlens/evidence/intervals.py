"""95 % intervals of metrics, and of differences of metrics, over compositions and repeats.

A metric is that of the pooled out-of-fold predictions of one repeat, averaged over repeats. Its
interval is the percentile bootstrap that draws compositions, not samples, because two orders or
cells of one composition are no independent witnesses (Efron and Tibshirani, An Introduction to
the Bootstrap, 1993). The fits are not made anew in a resample: what another set of training
samples would have done enters through the repeats only, as a mean (Bengio and Grandvalet,
J. Mach. Learn. Res. 5, 1089 (2004): k-fold has no unbiased estimate of that variance).
"""

from dataclasses import dataclass

import numpy as np

from spinlens.evidence import metrics
from spinlens.evidence.accuracy_verdict import wilson_interval

RESAMPLES = 2000
LEVEL = 0.95
_OF_HITS = ("accuracy", "balanced_accuracy")


@dataclass(frozen=True)
class Draws:
    """How often each of the compositions (names, sorted) is drawn: (resamples, compositions)."""

    compositions: np.ndarray
    counts: np.ndarray

    def weights(self, predictions):
        """Weights (resamples, n) of the samples of Predictions."""
        return self.counts[:, np.searchsorted(self.compositions, predictions.compositions)]


def draw(repeats, resamples=RESAMPLES, seed=0):
    """Draws, with replacement, of the compositions of a list of Predictions; the same seed and
    compositions give the same draws."""
    names = np.unique(np.concatenate([predictions.compositions for predictions in repeats]))
    random = np.random.default_rng(seed)
    counts = random.multinomial(len(names), np.full(len(names), 1 / len(names)), size=resamples)
    return Draws(names, counts.astype(float))


def mean_value(metric, repeats):
    """Metric averaged over a list of Predictions, or None where one of them has none."""
    values = [metrics.value(metric, predictions) for predictions in repeats]
    return None if None in values else float(np.mean(values))


def of_metric(metric, repeats, draws):
    """Interval (low, high) of mean_value, (None, None) where it is not defined.

    Resamples hardly show errors that few samples made, so that the low end of an accuracy is
    no higher than Wilson's for as many compositions, class by class and combined over classes
    (Newcombe, Stat. Med. 17, 873 (1998)). An area under the curve of 1 has, for want of any
    scatter, the low end of a balanced accuracy of 1.
    """
    low, high = _bounds(resampled(metric, repeats, draws))
    perfect = low == high == 1 and repeats[0].kind == "classes"
    if perfect or (metric in _OF_HITS and low is not None and low < high):
        low = min(low, _wilson_low(metric, repeats))
    return low, high


def of_gain(metric, repeats, baseline, draws):
    """Interval (low, high) of how much better the repeats are than the baseline's, another list
    of Predictions on the same samples, by the same draws for both: above zero is better, also
    for an error such as the MAE."""
    difference = resampled(metric, repeats, draws) - resampled(metric, baseline, draws)
    return _bounds(metrics.gain(metric, difference))


def resampled(metric, repeats, draws):
    """Metric (resamples,) averaged over a list of Predictions, NaN where it is not defined."""
    values = [metrics.weighted(metric, each, draws.weights(each)) for each in repeats]
    return np.mean(values, axis=0)


def _bounds(values):
    values = values[np.isfinite(values)]
    if not values.size:
        return None, None
    return tuple(np.quantile(values, [(1 - LEVEL) / 2, (1 + LEVEL) / 2]).tolist())


def _wilson_low(metric, repeats):
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
