"""Densities on grids: channels, window, normalization, projections, profiles, site moments."""
