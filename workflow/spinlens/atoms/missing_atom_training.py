"""Training and testing on structures without an atom."""

import keras
import numpy as np

from spinlens.atoms import crystals, missing_atom, molecules, points, training_loop

TEST_BATCH = 128
BASIS, HIDDEN = 16, 32
SHARED = ("scalars", "layers", "batch", "learning_rate", "seed")


def measure(kind, source, config, report=print):
    """Model of `molecules` (a file, or g2) or `crystals` (a folder of POSCARs) by config keys, and
    a dict: `test_sets` with their scores by name, and how they were made. Raises SpinlensError, one
    line, where the source does not fit."""
    settings = {name: config[f"geometry_{name}"] for name in SHARED}
    settings |= {"basis": BASIS, "hidden": HIDDEN}
    if kind == "molecules":
        everything = molecules.read(source)
        training, tests = molecules.split(
            everything, config["geometry_train_atoms"], config["geometry_test_atoms"],
            config["geometry_train_molecules"], settings["seed"],
        )  # fmt: skip
        settings |= {"cutoff": config["geometry_cutoff"], "steps": config["geometry_steps"]}
    else:
        everything = list(crystals.read(source).values())
        training, tests = crystals.split(everything, seed=settings["seed"])
        cutoff = config["geometry_crystal_cutoff"]
        settings |= {"cutoff": cutoff, "neighbours": most_neighbours(everything, cutoff)}
        settings |= {"steps": config["geometry_crystal_steps"]}
    elements = points.elements_of([*training, *(own for each in tests.values() for own in each)])
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
    return model, {"test_sets": tested(model, tests, settings, elements), "made": made}


def train(training, settings, elements, report=print):
    """A model trained on structures (ase.Atoms) by settings: scalars, layers, cutoff, basis,
    hidden, steps or minutes, batch, learning_rate, seed, and for crystals `neighbours`, the most
    of an atom. Returns the model and the history of its training."""
    keras.utils.set_random_seed(settings["seed"])
    named = ("scalars", "layers", "cutoff", "basis", "hidden", "neighbours")
    options = {name: settings[name] for name in named if name in settings}
    model = missing_atom.network(len(elements), **options)
    given = examples(training, settings, elements)
    history = training_loop.fit(
        model, given.inputs, given.truth, missing_atom.loss, settings, report
    )
    return model, history


def tested(model, tests, settings, elements):
    """Scores by name of the test sets, dicts of structures by name. All are padded to the size
    of the largest, so that a model compiles once."""
    found, size = {}, max(len(own) for each in tests.values() for own in each) - 1
    for name, structures in tests.items():
        given = examples(structures, settings, elements, size)
        votes = predicted(model, given.inputs)
        scores = missing_atom.scores(votes, given.truth, elements)
        found[name] = {"structures": len(structures)} | scores
    return found


def examples(structures, settings, elements, size=None):
    """Examples as the settings have them: with neighbour lists where they name `neighbours`."""
    listed = ()
    if settings.get("neighbours") is not None:
        listed = settings["cutoff"], settings["neighbours"]
    return missing_atom.examples(structures, elements, size, *listed)


def predicted(model, inputs):
    """Votes of all examples, by batches of one size, so that a model compiles once."""
    count = len(inputs["mask"])
    rows = np.arange(-(-count // TEST_BATCH) * TEST_BATCH) % count
    repeated = {name: array[rows] for name, array in inputs.items()}
    return model.predict(repeated, batch_size=TEST_BATCH, verbose=0)[:count]


def most_neighbours(structures, cutoff):
    """The most neighbours that any atom of structures has within a cutoff in Å."""
    return points.neighbours(structures, cutoff)["index"].shape[-1]
