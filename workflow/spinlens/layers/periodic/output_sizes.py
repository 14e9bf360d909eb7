"""How many values stand for how many: arithmetic on the axes of a periodic field.

A field on a supercell repeats along its axes, and so do its convolutions and its poolings,
with a period that a stride may lengthen. Such an axis keeps one period.
"""

from math import gcd
from typing import NamedTuple


class Axis(NamedTuple):
    """`length` values that stand for `extent` of them, repeated from the start as often as
    needed. Where both are equal nothing repeats."""

    length: int
    extent: int

    def valid(self, window, stride):
        """The axis of what a window of so many values makes, as long as it fits the extent."""
        return self._every(stride, (self.extent - window) // stride + 1)

    def circular(self, stride):
        """The axis of what a window makes that leaves the extent and comes in at its start."""
        return self._every(stride, -(-self.extent // stride))

    def _every(self, stride, extent):
        return Axis(min(self.length // gcd(self.length, stride), extent), extent)
