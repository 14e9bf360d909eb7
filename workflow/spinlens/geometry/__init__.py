"""Atoms as points: networks that turn as a structure turns, and what they can be asked."""
