"""Transforms, spectra and correlation of periodic fields."""
