"""Training and testing on structures without an atom."""

import keras
import numpy as np

from spinlens.geometry import fitting, missing_atom, points

TEST_BATCH = 128


def train(training, settings, elements, report=print):
    """A model trained on structures (ase.Atoms) by settings: scalars, layers, cutoff, basis,
    hidden, steps or minutes, batch, learning_rate, seed, and for crystals `neighbours`, the most
    of an atom. Returns the model and the history of its training."""
    keras.utils.set_random_seed(settings["seed"])
    named = ("scalars", "layers", "cutoff", "basis", "hidden", "neighbours")
    options = {name: settings[name] for name in named if name in settings}
    model = missing_atom.network(len(elements), **options)
    given = examples(training, settings, elements)
    history = fitting.fit(model, given.inputs, given.truth, missing_atom.loss, settings, report)
    return model, history


def tested(model, tests, settings, elements):
    """Scores by name of the test sets, dicts of structures by name."""
    found = {}
    for name, structures in tests.items():
        given = examples(structures, settings, elements)
        votes = predicted(model, given.inputs)
        scores = missing_atom.scores(votes, given.truth, elements)
        found[name] = {"structures": len(structures)} | scores
    return found


def examples(structures, settings, elements):
    """Examples as the settings have them: with neighbour lists where they name `neighbours`."""
    if settings.get("neighbours") is None:
        return missing_atom.examples(structures, elements)
    size = max(map(len, structures)) - 1
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
