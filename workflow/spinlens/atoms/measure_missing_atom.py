"""Measure the missing atom on a file of molecules, by the clock: one command, no workflow.

    KERAS_BACKEND=jax PYTHONPATH=workflow python -m spinlens.atoms.measure_missing_atom \\
        --molecules qm7.xyz.gz --minutes 5 --out missing_atom.json

Needs Keras with a backend, ASE, NumPy and SciPy. The written file holds the scores of each test
set and how they were made: settings, steps, seconds, backend and device, versions.
"""

import argparse
import platform
from time import monotonic

import ase
import keras
import numpy as np

from spinlens.atoms import molecules, points
from spinlens.atoms.missing_atom_training import tested, train
from spinlens.core.files import write_json

DEFAULTS = {
    "scalars": 64, "layers": 4, "cutoff": 6.0, "basis": 24, "hidden": 64, "batch": 64,
    "learning_rate": 0.002, "seed": 0,
}  # fmt: skip


def main(arguments=None):
    """Train, test, write."""
    options = parsed(arguments)
    settings = {name: getattr(options, name) for name in (*DEFAULTS, "minutes", "steps")}
    started = monotonic()
    everything = molecules.read(options.molecules)
    training, tests = molecules.split(
        everything, options.train_atoms, options.test_atoms, options.train_molecules, options.seed
    )
    tests = {name: own[: options.most_tested] for name, own in tests.items()}
    elements = points.elements_of(everything)
    print(f"{len(everything)} molecules read in {monotonic() - started:.1f} s, {devices()}")
    model, history = train(training, settings, elements)
    print(f"{model.count_params()} parameters, {history[-1]['step']} steps")
    scores = tested(model, tests, settings, elements)
    for name, found in scores.items():
        print(name, {key: value for key, value in found.items() if key != "elements"})
    made = {
        "molecules": options.molecules,
        "trained_on": len(training),
        "train_atoms": options.train_atoms,
        "settings": settings,
        "parameters": int(model.count_params()),
        "steps": history[-1]["step"],
        "training_seconds": history[-1]["seconds"],
        "last_loss": round(history[-1]["loss"], 4),
        "seconds": round(monotonic() - started, 1),
        "backend": keras.backend.backend(),
        "devices": devices(),
        "versions": {"keras": keras.__version__, "ase": ase.__version__, "numpy": np.__version__},
        "python": platform.python_version(),
    }
    write_json(
        options.out, {"test_sets": scores, "made": made, "history": history[:: options.every]}
    )
    if options.model:
        model.save(options.model)


def parsed(arguments=None):
    """The command line's arguments."""
    parser = argparse.ArgumentParser(description="Measure the missing atom on molecules.")
    parser.add_argument("--molecules", default="g2", help="a file of structures, or g2")
    parser.add_argument("--out", default="missing_atom.json")
    parser.add_argument("--model", help="a .keras file to save the network to")
    parser.add_argument("--minutes", type=float, help="of training; else --steps")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--train-atoms", type=int, nargs=2, default=[5, 18])
    parser.add_argument("--train-molecules", type=int, default=1000)
    parser.add_argument(
        "--test-atoms", type=_range, nargs="*", default=[[19, 19], [20, 22], [23, 23]],
        help="sizes of further test sets, as 19 or 20-22",
    )  # fmt: skip
    parser.add_argument("--most-tested", type=int, default=600, help="molecules of a test set")
    parser.add_argument("--every", type=int, default=1, help="rows of the history that are kept")
    for name, value in DEFAULTS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    return parser.parse_args(arguments)


def devices():
    """Devices that the backend computes on."""
    return ", ".join(keras.distribution.list_devices()) or "cpu"


def _range(text):
    first, _, last = text.partition("-")
    return [int(first), int(last or first)]


if __name__ == "__main__":
    main()
