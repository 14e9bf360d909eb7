"""What lies outside the training range is described, and nothing else."""

import numpy as np

from alike_crystals import crystals
from spinlens.prediction.training_range import outside, training_range


class Fields(dict):
    """Network inputs (2, 1, 1, 1), as network_inputs.Inputs gives them, of samples on a plane."""

    shape = (2, 1, 1, 1)

    def __getitem__(self, sample):
        return np.array(super().__getitem__(sample), dtype=float).reshape(self.shape)


KNOWN = Fields({0: (0, 0), 1: (3, 0), 2: (3, 4), 3: (9, 9)})  # nearest: 3, 3, 4, not asked


def flag(place, **crystal):
    known = training_range(crystals(4), KNOWN, [0, 1, 2])
    (description,) = outside(known, crystals(1, **crystal), Fields({0: place}), [0])
    return description


def test_each_property_outside_is_described_alone_and_nothing_inside():
    assert flag((0, 0)) == flag((-3.999, 0)) == flag((3, 4), length=4.0009) == ""
    assert flag((-4.001, 0)) == "density farther than any training sample from its nearest"
    assert flag((9, 9)) == flag((-4.001, 0)), "known to the dataset, but not trained on"
    assert flag((0, 0), element="W") == "element W not in training"
    assert flag((0, 0), length=4.5) == (
        "lattice a 4.5 Å outside 4–4; lattice b 4.5 Å outside 4–4"
    )  # fmt: skip
    assert flag((0, 0), gamma=85) == "lattice gamma 85° outside 90–90"
