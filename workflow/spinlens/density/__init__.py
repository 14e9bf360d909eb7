"""Densities on grids: channels, window, normalization, isosurfaces, site moments."""
