"""Results beside baselines: predictions out of fold, intervals, p-values, verdicts, filters."""

# Name, phrase in a verdict, title in a figure.
_BASELINES = (
    ("majority", "the majority baseline", "majority"),
    ("integral", "the integral", "integral of m"),
    ("parts", "the integrals of both parts", "integrals of both parts"),
    ("composition", "composition", "composition"),
    ("density_pca", "the density's principal components", "principal components"),
    ("site_ratio", "the ratio of the site moments", "ratio of site moments"),
    ("sites", "the moments of the sites", "moments of the sites"),
    ("input_statistics", "statistics of the input", "statistics of the input"),
)
BASELINES = {name: phrase for name, phrase, _ in _BASELINES}
"""The baselines, each with the phrase that verdicts use for it."""
BASELINE_TITLES = {name: title for name, _, title in _BASELINES}
"""The baselines, each with its title on the page of the evidence."""
