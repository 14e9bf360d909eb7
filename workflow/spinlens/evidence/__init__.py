"""Results beside baselines: predictions out of fold, intervals, p-values, verdicts, filters."""

BASELINES = {
    "majority": "the majority baseline",
    "integral": "the integral",
    "parts": "the integrals of both parts",
    "composition": "composition",
    "density_pca": "the density's principal components",
    "site_ratio": "the ratio of the site moments",
    "sites": "the moments of the sites",
    "input_statistics": "statistics of the input",
}
"""The baselines, each with the phrase that verdicts use for it."""
