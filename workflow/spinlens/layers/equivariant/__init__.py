"""Layers whose features turn with the crystal, on grids and on points."""
