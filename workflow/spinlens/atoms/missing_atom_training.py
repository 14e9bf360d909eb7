r"""Training and testing networks on structures without an atom, in the workflow or by a command.

The command trains by steps or by the clock on any file of molecules, without the workflow:

    KERAS_BACKEND=jax PYTHONPATH=workflow python -m spinlens.atoms.missing_atom_training \
        --molecules qm7.xyz.gz --minutes 5 --out missing_atom.json

It needs Keras with a backend, ASE, NumPy and SciPy. The written file holds the scores of each
test set, and settings, steps, seconds, backend, device and versions.
"""

import argparse
import platform
from collections.abc import Mapping, Sequence
from time import monotonic
from typing import Any

import ase
import keras
import numpy as np
from ase import Atoms
from numpy.typing import NDArray

from spinlens.atoms import missing_atom, points, structure_sets, training_loop
from spinlens.atoms.training_loop import Report
from spinlens.core.files import write_json

TEST_BATCH = 128
BASIS, HIDDEN = 16, 32
CONFIG_KEYS = ("scalars", "layers", "batch", "learning_rate", "seed")
COMMAND_DEFAULTS = {
    "scalars": 64, "layers": 4, "cutoff": 6.0, "basis": 24, "hidden": 64, "batch": 64,
    "learning_rate": 0.002, "seed": 0,
}  # fmt: skip


def train_and_test(
    kind: str, source: str, config: Mapping[str, Any], report: Report = print
) -> tuple[Any, dict[str, Any]]:
    """Return a trained model, and a dict of its scores (`test_sets`) and how it was `made`.

    Parameters
    ----------
    kind, source
        `molecules` and a file or g2, or `crystals` and a directory of POSCARs.
    config
        Config keys `geometry_...`.
    report
        Called with lines of progress.

    Raises
    ------
    SpinlensError
        If the source cannot be read or is too small.
    """
    settings = {name: config[f"geometry_{name}"] for name in CONFIG_KEYS}
    settings |= {"basis": BASIS, "hidden": HIDDEN}
    if kind == "molecules":
        training, tests = structure_sets.split_molecules(
            structure_sets.read_molecules(source),
            config["geometry_train_atoms"], config["geometry_test_atoms"],
            config["geometry_train_molecules"], settings["seed"],
        )  # fmt: skip
        settings |= {"cutoff": config["geometry_cutoff"], "steps": config["geometry_steps"]}
    else:
        crystals = list(structure_sets.read_poscars(source).values())
        training, tests = structure_sets.split_crystals(crystals, seed=settings["seed"])
        cutoff = config["geometry_crystal_cutoff"]
        longest = points.neighbours(crystals, cutoff)["index"].shape[-1]
        settings |= {"cutoff": cutoff, "neighbours": longest}
        settings |= {"steps": config["geometry_crystal_steps"]}
    used = [*training, *(own for each in tests.values() for own in each)]
    elements = points.elements_of(used)
    model, history = train(training, settings, elements, report)
    made = {
        "source": source,
        "trained_on": len(training),
        "elements": elements,
        "settings": settings,
        "parameters": int(model.count_params()),
        "training_seconds": history[-1]["seconds"],
        "last_loss": round(history[-1]["loss"], 4),
    }
    scores = score_test_sets(model, tests, settings, elements)
    return model, {"test_sets": scores, "made": made}


def train(
    structures: Sequence[Atoms],
    settings: Mapping[str, Any],
    elements: Sequence[str],
    report: Report = print,
) -> tuple[Any, list[dict[str, Any]]]:
    """Return a model trained on structures, and the history of its training.

    Parameters
    ----------
    structures, elements
        Molecules or crystals, and the chemical symbols that they may hold.
    settings
        Those of `training_loop.fit` and `missing_atom.network`; for crystals also `neighbours`.
    report
        Called with lines of progress.
    """
    keras.utils.set_random_seed(settings["seed"])
    names = ("scalars", "layers", "cutoff", "basis", "hidden", "neighbours")
    options = {name: settings[name] for name in names if name in settings}
    model = missing_atom.network(len(elements), **options)
    given = _examples(structures, settings, elements)
    loss = missing_atom.loss
    return model, training_loop.fit(model, given.inputs, given.truth, loss, settings, report)


def score_test_sets(
    model: Any,
    tests: Mapping[str, Sequence[Atoms]],
    settings: Mapping[str, Any],
    elements: Sequence[str],
) -> dict[str, dict[str, Any]]:
    """Return the scores of each test set by name.

    Parameters
    ----------
    model
        As `train` returns it.
    tests
        Structures of each test set.
    settings, elements
        As `train` takes them.
    """
    results = {}
    # All are padded to the size of the largest, so that the model compiles once.
    size = max(len(own) for each in tests.values() for own in each) - 1
    for name, structures in tests.items():
        given = _examples(structures, settings, elements, size)
        votes = predict_votes(model, given.inputs)
        scores = missing_atom.scores(votes, given.truth, elements)
        results[name] = {"structures": len(structures)} | scores
    return results


def predict_votes(model: Any, inputs: points.Arrays) -> NDArray[np.float32]:
    """Return votes (examples, atoms, 5 + elements), by batches of one size.

    Parameters
    ----------
    model, inputs
        Model, and its inputs as `missing_atom.Examples` have them.
    """
    count = len(inputs["mask"])
    rows = np.arange(-(-count // TEST_BATCH) * TEST_BATCH) % count
    repeated = {name: array[rows] for name, array in inputs.items()}
    return model.predict(repeated, batch_size=TEST_BATCH, verbose=0)[:count]


def _examples(
    structures: Sequence[Atoms],
    settings: Mapping[str, Any],
    elements: Sequence[str],
    size: int | None = None,
) -> missing_atom.Examples:
    """With neighbour lists if the settings name `neighbours`."""
    if settings.get("neighbours") is None:
        return missing_atom.examples(structures, elements, size)
    lists = settings["cutoff"], settings["neighbours"]
    return missing_atom.examples(structures, elements, size, *lists)


def main(arguments: Sequence[str] | None = None) -> None:
    """Train on molecules without an atom, test, and write the scores.

    Parameters
    ----------
    arguments
        As of the command line; by default those of the process.
    """
    options = _parser().parse_args(arguments)
    settings = {name: getattr(options, name) for name in (*COMMAND_DEFAULTS, "minutes", "steps")}
    started = monotonic()
    molecules = structure_sets.read_molecules(options.molecules)
    training, tests = structure_sets.split_molecules(
        molecules, options.train_atoms, options.test_atoms, options.train_molecules, options.seed
    )
    tests = {name: own[: options.most_tested] for name, own in tests.items()}
    elements = points.elements_of(molecules)
    devices = ", ".join(keras.distribution.list_devices()) or "cpu"
    print(f"{len(molecules)} molecules read in {monotonic() - started:.1f} s, {devices}")
    model, history = train(training, settings, elements)
    print(f"{model.count_params()} parameters, {history[-1]['step']} steps")
    scores = score_test_sets(model, tests, settings, elements)
    for name, own in scores.items():
        print(name, {key: value for key, value in own.items() if key != "elements"})
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
        "devices": devices,
        "versions": {"keras": keras.__version__, "ase": ase.__version__, "numpy": np.__version__},
        "python": platform.python_version(),
    }
    kept = history[:: options.every]
    write_json(options.out, {"test_sets": scores, "made": made, "history": kept})
    if options.model:
        model.save(options.model)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train on molecules without an atom, and test.")
    parser.add_argument("--molecules", default="g2", help="a file of structures, or g2")
    parser.add_argument("--out", default="missing_atom.json")
    parser.add_argument("--model", help="a .keras file to save the network to")
    parser.add_argument("--minutes", type=float, help="of training; else --steps")
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--train-atoms", type=int, nargs=2, default=[5, 18])
    parser.add_argument("--train-molecules", type=int, default=1000)
    parser.add_argument(
        "--test-atoms", type=_size_range, nargs="*", default=[[19, 19], [20, 22], [23, 23]],
        help="sizes of further test sets, as 19 or 20-22",
    )  # fmt: skip
    parser.add_argument("--most-tested", type=int, default=600, help="molecules of a test set")
    parser.add_argument("--every", type=int, default=1, help="rows of the history that are kept")
    for name, value in COMMAND_DEFAULTS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(value), default=value)
    return parser


def _size_range(text: str) -> list[int]:
    first, _, last = text.partition("-")
    return [int(first), int(last or first)]


if __name__ == "__main__":
    main()
