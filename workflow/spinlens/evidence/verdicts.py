"""One sentence on what a point is worth, beside baselines on the same folds.

A point beats a baseline where the 95 % interval of its gain over it, by paired resamples of the
compositions, lies above zero; to beat every baseline it must beat each, so no correction for
their number is due. Majority is beaten only where the point's own interval also lies above what
no knowledge gives (½ for the area under the curve, 1/classes, R² of 0): on grouped folds the
training samples' majority does worse than that. What is worse than a baseline is `no better`.
"""

from spinlens.evidence import intervals, metrics

SEEN_BY = {
    "integral": "the integral",
    "parts": "the integrals of both parts",
    "composition": "composition",
    "density_pca": "the density's principal components",
}
SEE_THE_INTEGRAL = ("integral", "parts")
MAJORITY = "at the majority baseline"
ONE_CLASS = "one class for every sample"


def sentence(metric, repeats, baselines, draws, moment_hidden=False):
    """Verdict on the repeats of a point, a list of Predictions, by a metric.

    `baselines` maps a name to its list of Predictions, `majority` among them; `draws` are
    intervals.draw of the repeats; `moment_hidden` says that each input is divided by its own
    integral or norm, so that the baselines which see the integral know more than the point. It
    begins with `diverged`, `at the majority baseline`, `no better than ..`, `better than every
    baseline` or `better than every baseline that does not see the integral`; `not measured` is
    for a metric that the samples do not define.
    """
    lost = sum(metrics.diverged(each) for each in repeats)
    if lost:
        return f"diverged: {lost} of {len(repeats)} repeats predict what is not finite"
    if intervals.mean_value(metric, repeats) is None:
        return "not measured: the validated samples lack a class or do not vary"
    one_class = all(metrics.collapsed(each) for each in repeats)
    if not _beats_majority(metric, repeats, baselines["majority"], draws):
        return f"{MAJORITY}: {ONE_CLASS}" if one_class else MAJORITY
    found = _against_the_others(metric, repeats, baselines, draws, moment_hidden)
    return f"{found}, yet {ONE_CLASS}" if one_class else found


def _against_the_others(metric, repeats, baselines, draws, moment_hidden):
    unbeaten = [
        name
        for name in SEEN_BY
        if name in baselines and not _beats(metric, repeats, baselines[name], draws)
    ]
    if not unbeaten:
        return "better than every baseline"
    blind = [name for name in unbeaten if name not in SEE_THE_INTEGRAL]
    if moment_hidden and not blind:
        return "better than every baseline that does not see the integral"
    first, *others = [SEEN_BY[name] for name in (blind if moment_hidden else unbeaten)]
    return f"no better than {first}" + "".join(f", nor than {other}" for other in others)


def _beats(metric, repeats, baseline, draws):
    low, _ = intervals.of_gain(metric, repeats, baseline, draws)
    return low is not None and low > 0


def _beats_majority(metric, repeats, majority, draws):
    level = metrics.no_skill(metric, repeats[0].scores.shape[-1])
    low, _ = intervals.of_metric(metric, repeats, draws)
    above = level is None or (low is not None and low > level)
    return above and _beats(metric, repeats, majority, draws)
