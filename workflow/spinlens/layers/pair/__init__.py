"""Two-point correlations of a density, by radial functions."""
