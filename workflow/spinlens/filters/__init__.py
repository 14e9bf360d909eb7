"""Filters and attributions on the crystal, the files of a fit, and exports for viewers."""
