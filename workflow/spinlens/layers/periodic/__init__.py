"""Periodic convolution on voxels."""
