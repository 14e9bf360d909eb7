"""Networks on atoms as points."""
