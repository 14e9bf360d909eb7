"""Total moments and ground states of crystals from their structure alone.

Every atom is what is tabled of its element, and what is learned of it; a tensor field network
makes of each what its surroundings make of it, and the sum over the cell says three numbers: the
moment of the ferromagnet, that of the antiferromagnet, and which of them is the ground state. The
moment expected of the ground state is their mean, weighted by its probability. Elements that no
training has seen have nothing but what is tabled.
"""

from typing import NamedTuple

import keras
import numpy as np
from keras import ops

from spinlens.calculation import composition
from spinlens.geometry import fitting, networks, points

NETWORK = {"scalars": 16, "layers": 2, "batch": 32, "learning_rate": 0.01}
KINDS = 2  # orders 0 and 1 of features
EMBEDDING, FORGOTTEN = 8, 0.3  # channels; share of the atoms whose own learned part is left out
SAYS_ORDER = 0.3  # weight, in μB, of the ground state's log likelihood


class Sample(NamedTuple):
    """A crystal (ase.Atoms), the moment in μB of its ground state, and 1 where that is FM."""

    structure: object
    moment: float
    ferromagnetic: int


def settings_of(config, structures):
    """Settings of networks by config keys: for all structures that they are to see."""
    cutoff = config["geometry_crystal_cutoff"]
    most = points.neighbours(structures, cutoff)["index"].shape[-1]
    return NETWORK | {
        "cutoff": cutoff,
        "neighbours": most,
        "members": config["screen_members"],
        "steps": config["screen_steps"],
        "seed": config["geometry_seed"],
    }


def element_table(elements):
    """What is tabled of elements (symbols), standardised over them: (elements, properties)."""
    table = np.array([composition.properties(element) for element in elements], dtype=float)
    deviation = table.std(axis=0)
    return (table - table.mean(axis=0)) / np.where(deviation > 0, deviation, 1)


def inputs_of(structures, elements, settings):
    """Inputs of a network, arrays by name, of structures of whatever sizes."""
    padded = points.pad(structures, elements)
    return padded | points.neighbours(structures, settings["cutoff"], most=settings["neighbours"])


def network(table, settings):
    """Model from `inputs_of` to (structures, 3): moments of FM and AFM in μB, logit of FM."""
    inputs = networks.structure_inputs(neighbours=settings["neighbours"])
    scalars = settings["scalars"]
    seen = networks.surroundings(inputs, KINDS - 1, settings["cutoff"], basis=10)
    channels = networks.channels_by_kind(scalars, KINDS - 1)
    known = keras.layers.Embedding(*table.shape, trainable=False, name="tabled")
    learned = keras.layers.Embedding(len(table), EMBEDDING, "zeros")(inputs["species"])
    learned = keras.layers.Dropout(FORGOTTEN, noise_shape=(None, None, 1))(learned)
    own = keras.layers.Concatenate()([known(inputs["species"]), learned])
    own = keras.layers.Dense(scalars, "silu")(own)
    features = {"0e": keras.layers.Reshape((-1, 1, scalars))(own)}
    for last in [False] * (settings["layers"] - 1) + [True]:
        kept = ("0e",) if last else None
        features = networks.convolved(features, seen, channels, 16, kept=kept)
    each = keras.layers.Reshape((-1, scalars))(features["0e"])
    cell = ops.sum(each * inputs["mask"][..., None], 1) / 5.0
    said = keras.layers.Dense(3)(keras.layers.Dense(2 * scalars, "silu")(cell))
    known.set_weights([table])
    return keras.Model(inputs, said, name="moments")


@keras.saving.register_keras_serializable(package="spinlens", name="moments_loss")
def loss(truth, said):
    """Distance in μB of the moment expected and of the moment of the order that it is, and the
    negative log likelihood of the order; `truth` (structures, 2) is moment and order."""
    moment, ferromagnetic = truth[:, 0], truth[:, 1]
    of_order = ops.where(ferromagnetic > 0.5, said[:, 0], said[:, 1])
    unlikely = ops.softplus(said[:, 2]) - ferromagnetic * said[:, 2]
    return ops.abs(expected(said) - moment) + ops.abs(of_order - moment) + SAYS_ORDER * unlikely


def expected(said):
    """Moments (structures,) in μB of the ground states, of what a network says."""
    share = ops.sigmoid(said[:, 2])
    return share * said[:, 0] + (1 - share) * said[:, 1]


def ensemble(samples, elements, settings, report=lambda line: None):
    """Models, `members` of them, trained on Samples from different seeds."""
    given = inputs_of([sample.structure for sample in samples], elements, settings)
    truth = np.array([(s.moment, s.ferromagnetic) for s in samples], dtype="float32")
    table, models = element_table(elements), []
    for member in range(settings["members"]):
        seed = settings["seed"] + member
        keras.utils.set_random_seed(seed)
        model = network(table, settings)
        fitting.fit(model, given, truth, loss, settings | {"seed": seed}, report)
        models.append(model)
    return models


def predicted(models, structures, elements, settings):
    """What an ensemble says of structures: moments (members, structures) in μB of the ground
    state, and probabilities (members, structures) of its being FM."""
    given = inputs_of(structures, elements, settings)
    said = [model.predict(given, verbose=0) for model in models]
    moments = [ops.convert_to_numpy(expected(own)) for own in said]
    return np.array(moments), np.array([1 / (1 + np.exp(-own[:, 2])) for own in said])


def out_of_fold(samples, elements, folds, settings, report=print):
    """Moments and probabilities of FM, (samples,) each, of the samples that each of `folds`
    (training, validation) validates, by an ensemble that has not seen them."""
    moments, shares = np.full(len(samples), np.nan), np.full(len(samples), np.nan)
    for number, (training, validation) in enumerate(folds, start=1):
        models = ensemble([samples[i] for i in training], elements, settings)
        structures = [samples[i].structure for i in validation]
        said = predicted(models, structures, elements, settings)
        moments[validation], shares[validation] = (own.mean(axis=0) for own in said)
        off = np.abs(moments[validation] - [samples[i].moment for i in validation]).mean()
        report(f"fold {number}: {off:.3f} μB over {len(validation)}")
    return moments, shares
