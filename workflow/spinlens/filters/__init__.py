"""Filters and attributions on the crystal, and their export."""
