"""Keras layers for periodic fields and for points, and the mathematics they are made of."""

from typing import Any

Tensor = Any
"""A tensor of Keras's backend; Keras has no type for it."""
Features = dict[str, Tensor]
"""Features by the name of their irrep, such as `0e` or `1o`."""
Shape = tuple[Any, ...]
"""Shape of a tensor; None where a length is not fixed."""
