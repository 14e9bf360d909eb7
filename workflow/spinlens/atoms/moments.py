"""Total moments and ground states of crystals from their structure alone.

Every atom is what is tabled of its element, what is learned of it, and the d electrons that charge
balance leaves (electrons.py); a tensor field network makes of each what its surroundings make of
it, and the mean and the maxima over the cell say the moment of the ground state and whether that
is ferromagnetic. What the atoms have in common with those of other elements is so what decides a
moment, the count of electrons, and not only their names. The moment is learned by its absolute
error, so that a few crystals of another order than their like do not draw it away from the rest.
Elements that no training has seen have nothing but what is tabled: what is learned of an element
starts at zero, and is left out of some atoms in training, so that the rest learns to do without.
"""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from spinlens.atoms import networks, points, training_loop
from spinlens.crystal import d_electrons

NETWORK = {"scalars": 16, "layers": 1, "batch": 32, "learning_rate": 0.03}
MOST = 1  # order of features
EMBEDDING, FORGOTTEN = 16, 0.1  # channels; share of the atoms whose own learned part is left out
DROPPED = 0.1  # share of what is known of a cell that is left out
SAYS_ORDER = 0.1  # weight, in μB, of the order's log likelihood


class Sample(NamedTuple):
    """A crystal (ase.Atoms), the moment in μB of its ground state, and 1 where that is FM."""

    structure: object
    moment: float
    ferromagnetic: int


def settings_of(config, structures, members):
    """Settings of ensembles of so many networks by config keys, for structures (ase.Atoms) among
    which are all that they are to see."""
    cutoff = config["geometry_crystal_cutoff"]
    most = points.neighbours(structures, cutoff)["index"].shape[-1]
    return NETWORK | {
        "cutoff": cutoff,
        "neighbours": most,
        "members": members,
        "steps": config["screen_steps"],
        "seed": config["geometry_seed"],
    }


def element_table(elements):
    """What is tabled of elements (symbols), standardised over them: (elements, properties)."""
    table = np.array([d_electrons.tabulated(element) for element in elements], dtype=float)
    deviation = table.std(axis=0)
    return (table - table.mean(axis=0)) / np.where(deviation > 0, deviation, 1)


def inputs_of(structures, elements, settings):
    """Inputs of a network, arrays by name, of structures of whatever sizes."""
    padded = points.pad(structures, elements) | {"electrons": d_electrons.inputs(structures)}
    return padded | points.neighbours(structures, settings["cutoff"], most=settings["neighbours"])


def truth_of(samples):
    """Moments and orders of Samples, as `loss` takes them: (samples, 2)."""
    return np.array([(each.moment, each.ferromagnetic) for each in samples], "float32")


def network(table, settings):
    """Model from `inputs_of` to (structures, 2): the moment in μB, and the logit of FM. `table`
    is an `element_table`; settings that name a `most` replace the order of features, 0 being a
    network that is told distances alone."""
    inputs = networks.structure_inputs(neighbours=settings["neighbours"])
    inputs["electrons"] = keras.Input((None, d_electrons.COUNT), name="electrons")
    scalars, most = settings["scalars"], settings.get("most", MOST)
    seen = networks.surroundings(inputs, most, settings["cutoff"], basis=10)
    channels = networks.channels_by_kind(scalars, most)
    known = keras.layers.Embedding(*table.shape, trainable=False, name="tabled")
    learned = keras.layers.Embedding(len(table), EMBEDDING, "zeros")(inputs["species"])
    learned = keras.layers.Dropout(FORGOTTEN, noise_shape=(None, None, 1))(learned)
    own = keras.layers.Concatenate()([known(inputs["species"]), learned, inputs["electrons"]])
    own = keras.layers.Dense(scalars, "silu")(own)
    features = {"0e": keras.layers.Reshape((-1, 1, scalars))(own)}
    for last in [False] * (settings["layers"] - 1) + [True]:
        kept = ("0e",) if last else None
        features = networks.convolved(features, seen, channels, 16, kept=kept)
    each = keras.layers.Reshape((-1, scalars))(features["0e"])
    there = inputs["mask"][..., None]
    mean = ops.sum(each * there, 1) / ops.sum(there, 1)
    parts = [mean, ops.max(each - 1e9 * (1 - there), 1)]
    cell = keras.layers.Dropout(DROPPED)(ops.concatenate(parts, -1))
    said = keras.layers.Dense(2)(keras.layers.Dense(2 * scalars, "silu")(cell))
    known.set_weights([table])
    return keras.Model(inputs, said, name="moments")


@keras.saving.register_keras_serializable(package="spinlens", name="moments_loss")
def loss(truth, said):
    """Distance in μB from the true moment, and a tenth of the order's negative log likelihood;
    `truth` (structures, 2) is moment and order, 1 for FM."""
    moment, ferromagnetic = truth[:, 0], truth[:, 1]
    unlikely = ops.softplus(said[:, 1]) - ferromagnetic * said[:, 1]
    return ops.abs(said[:, 0] - moment) + SAYS_ORDER * unlikely


class Ensemble:
    """Networks on crystals of some elements (symbols), `members` of the settings of them, that
    differ by their first weights. One model serves all, so that it is compiled once."""

    def __init__(self, elements, settings):
        self.elements, self.settings = elements, settings
        table, self.fresh = element_table(elements), []
        for member in range(settings["members"]):
            keras.utils.set_random_seed(settings["seed"] + member)
            self.model = network(table, settings)
            self.fresh.append(self.model.get_weights())
        self.trained = []

    def train(self, samples, report=lambda line: None):
        """Train every member on Samples from its first weights; what they knew is forgotten."""
        given = inputs_of([each.structure for each in samples], self.elements, self.settings)
        return self.train_on(given, truth_of(samples), report)

    def train_on(self, given, truth, report=lambda line: None):
        """`train` on what `inputs_of` and `truth_of` make of Samples."""
        self.trained = []
        for member, weights in enumerate(self.fresh):
            self.model.set_weights(weights)
            settings = self.settings | {"seed": self.settings["seed"] + member}
            training_loop.fit(self.model, given, truth, loss, settings, report)
            self.trained.append(self.model.get_weights())
        return self

    def predict(self, structures):
        """Moments (members, structures) in μB of the ground states of structures (ase.Atoms), and
        the probabilities of their being FM, likewise."""
        return self.predict_of(inputs_of(structures, self.elements, self.settings))

    def predict_of(self, given):
        """`predict` of what `inputs_of` makes of structures."""
        moments, shares = [], []
        for weights in self.trained:
            self.model.set_weights(weights)
            said = self.model.predict(given, verbose=0)
            moments.append(said[:, 0])
            shares.append(1 / (1 + np.exp(-said[:, 1])))
        return np.array(moments), np.array(shares)


def out_of_fold(samples, elements, folds, settings, report=print):
    """Moments and probabilities of FM, (samples,) each, of the samples that each of `folds`
    (training, validation) validates, by an ensemble that has not seen them."""
    ensemble, truth = Ensemble(elements, settings), truth_of(samples)
    given = inputs_of([sample.structure for sample in samples], elements, settings)
    moments, shares = np.full(len(samples), np.nan), np.full(len(samples), np.nan)
    for number, (training, validation) in enumerate(folds, start=1):
        ensemble.train_on(_rows(given, training), truth[training])
        said = ensemble.predict_of(_rows(given, validation))
        moments[validation], shares[validation] = (own.mean(axis=0) for own in said)
        off = np.abs(moments[validation] - truth[validation, 0]).mean()
        report(f"fold {number}: {off:.3f} μB over {len(validation)}")
    return moments, shares


def _rows(given, indices):
    return {name: array[indices] for name, array in given.items()}
