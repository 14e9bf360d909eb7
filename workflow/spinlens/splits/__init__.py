"""Training and validation folds."""
