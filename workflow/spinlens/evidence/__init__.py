"""What a fit is worth: metrics with intervals, beside simple baselines on the same splits.

A target is a `classification` (truth 0, 1, ..; scores are probabilities) or a `regression`.
"""

KINDS = ("classification", "regression")
