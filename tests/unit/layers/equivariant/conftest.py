"""Directions and a rotation, drawn once."""

import numpy as np
import pytest
from scipy.stats import special_ortho_group


@pytest.fixture
def directions():
    drawn = np.random.default_rng(0).normal(size=(40, 3))
    return drawn / np.linalg.norm(drawn, axis=1, keepdims=True)


@pytest.fixture
def turn():
    return special_ortho_group.rvs(3, random_state=1)
