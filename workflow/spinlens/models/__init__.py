"""Network families, their cost and memory, and trained models on disk."""

FIRST_CONVOLUTION = "first_convolution"
"""Name of the first convolution's layer in networks of every family."""
FIXED_PART = "fixed_part"
"""Name of the last layer before the first one that is trained, where a family has one."""
