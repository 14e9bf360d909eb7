"""The command that trains the autoencoder without the workflow."""

import json

import ase.io
import numpy as np
import pytest
from ase.build import molecule

from spinlens.atoms import autoencoder, autoencoder_training, motifs


@pytest.mark.slow
def test_the_command_needs_nothing_of_the_workflow(tmp_path):
    """By the command alone, on a few molecules and without crystals."""
    file = tmp_path / "some.xyz"
    ase.io.write(file, [molecule(name) for name in ("H2O", "CO", "NH3", "HF", "CH4")])
    out = tmp_path / "made.json"
    sizes = ["--steps", "2", "--channels", "4", "--degree", "1", "--batch", "4", "--hidden", "8"]
    models = ["--models", str(tmp_path / "models")]
    autoencoder_training.main(["--molecules", str(file), "--out", str(out), *sizes, *models])
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["latent_numbers"] == 16 and found["made"]["settings"]["steps"] == 2
    assert found["families"]["molecules"]["held_out"]["structures"] == 1
    assert 0 <= found["recovered_within_tenth_angstrom"] < 1  # two steps teach nothing
    loaded = autoencoder.load(tmp_path / "models" / "encoder.keras")
    own = motifs.of_molecules([molecule("H2O")], 8)
    code = autoencoder.encode(loaded, own, found["made"]["vocabulary"])
    assert code.shape == (1, 4, 4) and np.abs(code).max() > 0


def test_batches_ask_about_places_near_and_far_from_points():
    structures = [*motifs.of_shapes(), *motifs.of_molecules([molecule("H2O")], 8)]
    vocabulary = motifs.vocabulary_of(structures)
    settings = autoencoder.DEFAULTS | {"steps": 3, "batch": 12, "queries": 40}
    batches = autoencoder_training.MotifBatches(structures, vocabulary, settings)
    inputs, truth = batches[0]
    assert len(batches) == 3 and inputs["places"].shape == (12, 40, 3)
    away = np.linalg.norm(inputs["places"][:, :, None] - inputs["positions"][:, None], axis=-1)
    away = np.where(inputs["mask"][:, None] > 0, away, np.inf)
    bell, symbol = truth[..., 0], truth[..., 1].astype(int)
    expected = np.exp(-0.5 * (away.min(axis=-1) / autoencoder.WIDTH) ** 2)
    assert bell == pytest.approx(expected, abs=1e-5)
    nearest = np.take_along_axis(inputs["species"], away.argmin(axis=-1), 1)
    assert (symbol == nearest).all()
    # Half of the places are near a point, and most of the others are far from all.
    assert (bell[:, :20] > 0.1).mean() > 0.6 and (bell[:, 20:] < 0.1).mean() > 0.5
