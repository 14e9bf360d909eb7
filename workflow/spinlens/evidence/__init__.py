"""Results beside baselines: predictions out of fold, intervals, p-values, verdicts, filters."""
