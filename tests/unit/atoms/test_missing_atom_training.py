"""Training on molecules without an atom, and the command that does it without the workflow."""

import json
import os
import subprocess
import sys
from importlib.util import find_spec

import keras
import pytest
from ase.build import molecule

from paths import ROOT
from spinlens.atoms import missing_atom, missing_atom_training, points


@pytest.mark.slow
def test_a_few_molecules_are_learned():
    """Places and elements of three molecules, what is left of which has no mirror plane or axis
    that the missing atom is not on: votes could not leave it. Untrained, a network knows nothing.
    """
    given = [molecule("CH4"), molecule("SiH4"), molecule("C2H6")]
    elements = points.elements_of(given)
    settings = {
        "scalars": 8, "layers": 2, "cutoff": 5.0, "basis": 10, "hidden": 16, "batch": 12,
        "learning_rate": 0.02, "seed": 0, "steps": 250,
    }  # fmt: skip
    model, history = missing_atom_training.train(given, settings, elements, report=lambda _: None)
    assert history[-1]["loss"] < history[0]["loss"]
    trained = missing_atom_training.score_test_sets(model, {"same": given}, settings, elements)[
        "same"
    ]
    assert trained["correct"] > 0.9 and trained["structures"] == 3
    fresh = missing_atom.network(len(elements), 8, 2, cutoff=5.0, basis=10, hidden=16)
    untrained = missing_atom_training.score_test_sets(fresh, {"same": given}, settings, elements)[
        "same"
    ]
    assert untrained["correct"] < 0.3


@pytest.mark.slow
def test_the_command_writes_how_it_was_made(tmp_path):
    out, model = tmp_path / "found.json", tmp_path / "model.keras"
    missing_atom_training.main(
        f"--out {out} --model {model} --steps 2 --batch 4 --scalars 4 --layers 1 --hidden 4 "
        "--train-atoms 3 5 --train-molecules 10 --test-atoms 6 7-8 --most-tested 3".split()
    )
    found = json.loads(out.read_text())
    assert set(found["test_sets"]) == {"held out", "6 atoms", "7-8 atoms"}
    assert found["test_sets"]["6 atoms"]["count"] == 18
    assert found["made"]["steps"] == 2 and found["made"]["trained_on"] == 10
    assert keras.models.load_model(model).name == "missing_atom"


def test_the_command_needs_nothing_of_the_workflow():
    """It runs where there is Keras with a backend, ASE, NumPy and SciPy."""
    backend = "jax" if find_spec("jax") else "tensorflow"
    absent = {"tensorflow", "pymatgen", "snakemake", "netCDF4", "xarray", "sklearn", "matplotlib"}
    absent -= {backend}
    module = missing_atom_training.__name__
    code = f"import sys; sys.modules.update(dict.fromkeys({absent})); import {module}"
    environment = {"PYTHONPATH": str(ROOT / "workflow"), "KERAS_BACKEND": backend}
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, env=os.environ | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
