"""The config: validation, hyperparameters, sizes that fit, the sweep and its sampling."""
