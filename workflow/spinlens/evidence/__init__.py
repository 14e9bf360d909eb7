"""What a fit is worth: metrics with intervals, beside simple baselines on the same splits.

A target is of `classes` (truth 0, 1, ..; scores are probabilities) or a `regression`.
"""

KINDS = ("classes", "regression")
