"""A small untrained autoencoder of geometry, and molecules to encode."""

from typing import Any

import keras
import numpy as np
from ase.build import molecule

from spinlens.atoms import autoencoder, motifs

SMALL = autoencoder.DEFAULTS | {"channels": 8, "degree": 3, "scalars": 12, "hidden": 48}
VOCABULARY = ["C", "F", "H", "O", "cube"]


def untrained_encoder() -> Any:
    keras.utils.set_random_seed(0)  # points come back from most weights, not from all
    return autoencoder.build_encoder(VOCABULARY, SMALL)


def some() -> list[motifs.Motif]:
    return motifs.of_molecules([molecule(name) for name in ("CH3OH", "CO2", "CH4", "H2CO")], 8)


def codes(encoder: Any, own: list[motifs.Motif]) -> np.ndarray:
    return autoencoder.encode(encoder, own, VOCABULARY)
