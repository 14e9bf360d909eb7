"""Samples of a study: selection, one netCDF file, targets, network inputs."""
