"""Figures: data in, matplotlib Figure out; no other part of the library imports matplotlib."""
