"""Elements, formulas, composition descriptors, the reference cell, neighbour shells."""
