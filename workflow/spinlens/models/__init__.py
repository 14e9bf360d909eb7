"""Network families, their cost and memory, and trained models on disk."""

FIRST_CONVOLUTION = "first_convolution"
"""Name of the first convolution's layer in networks of every family."""
