"""Layers on periodic fields."""
