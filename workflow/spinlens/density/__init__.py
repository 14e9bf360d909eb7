"""Densities on periodic grids: channels, normalization, projections, profiles."""
