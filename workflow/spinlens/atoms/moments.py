"""Total moments and ground states of crystals from their structure alone.

Every atom has the tabulated properties of its element, a learned embedding, and the d electrons
that charge balance leaves it (`crystal.d_electrons`). A tensor field network lets neighbours
interact, and mean and maxima over the cell give the moment of the ground state and whether that
is ferromagnetic. The absolute error is robust against a few crystals of another magnetic order.
The embedding starts at zero and is dropped for some atoms in training, for new elements' sake.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, Self

import keras
import numpy as np
from ase import Atoms
from keras import ops
from numpy.typing import NDArray

from spinlens.atoms import fingerprints, points, structure_sets, training_loop
from spinlens.atoms.training_loop import Report
from spinlens.crystal import d_electrons
from spinlens.layers import Tensor

NETWORK = {"scalars": 16, "layers": 1, "batch": 32, "learning_rate": 0.03}
MAX_DEGREE = 1
EMBEDDING, EMBEDDING_DROPOUT = 16, 0.1  # channels, and share of the atoms that lose theirs
CELL_DROPOUT = 0.1
ORDER_WEIGHT = 0.1  # μB, of the log likelihood of the magnetic order

Array = NDArray[np.floating[Any]]


class Sample(NamedTuple):
    """A crystal and its ground state.

    Parameters
    ----------
    structure, moment, ferromagnetic
        Crystal, total moment in μB, and 1 for FM, else 0.
    """

    structure: Atoms
    moment: float
    ferromagnetic: int


def network_settings(
    config: Mapping[str, Any], structures: Sequence[Atoms], members: int
) -> dict[str, Any]:
    """Return the settings of an ensemble.

    Parameters
    ----------
    config
        Config keys.
    structures, members
        All crystals that the networks are to be applied to, and the size of the ensemble.
    """
    cutoff = config["geometry_crystal_cutoff"]
    return NETWORK | {
        "cutoff": cutoff,
        "neighbours": points.neighbours(structures, cutoff)["index"].shape[-1],
        "members": members,
        "steps": config["screen_steps"],
        "seed": config["geometry_seed"],
    }


def element_table(elements: Sequence[str]) -> NDArray[np.float64]:
    """Return the tabulated properties of elements, standardized: (elements, properties).

    Parameters
    ----------
    elements
        Chemical symbols.
    """
    return fingerprints.standardized([d_electrons.tabulated(element) for element in elements])


def network_inputs(
    structures: Sequence[Atoms], elements: Sequence[str], settings: Mapping[str, Any]
) -> points.Arrays:
    """Return the inputs of a network, arrays by name.

    Parameters
    ----------
    structures, elements
        Crystals, and the chemical symbols that they may hold.
    settings
        As `network_settings` returns them.
    """
    padded = points.pad(structures, elements) | {"electrons": d_electrons.inputs(structures)}
    return padded | points.neighbours(structures, settings["cutoff"], most=settings["neighbours"])


def targets(samples: Iterable[Sample]) -> NDArray[np.float32]:
    """Return moments in μB and magnetic orders (1 for FM): (samples, 2).

    Parameters
    ----------
    samples
        Crystals and their ground states.
    """
    return np.array([(each.moment, each.ferromagnetic) for each in samples], "float32")


def network(table: NDArray[np.float64], settings: Mapping[str, Any]) -> Any:
    """Return a model from `network_inputs` to (structures, 2): moment in μB, and logit of FM.

    Parameters
    ----------
    table, settings
        As `element_table` and `network_settings` return them; a setting `max_degree` replaces
        MAX_DEGREE, 0 being a network on distances alone.
    """
    inputs = points.structure_inputs(settings["neighbours"])
    inputs["electrons"] = keras.Input((None, d_electrons.COUNT), name="electrons")
    scalars, max_degree = settings["scalars"], settings.get("max_degree", MAX_DEGREE)
    neighbours = points.neighbour_basis(inputs, max_degree, settings["cutoff"], 10)
    channels = points.channels_by_irrep(scalars, max_degree)
    tabulated = keras.layers.Embedding(*table.shape, trainable=False, name="tabled")
    learned = keras.layers.Embedding(len(table), EMBEDDING, "zeros")(inputs["species"])
    learned = keras.layers.Dropout(EMBEDDING_DROPOUT, noise_shape=(None, None, 1))(learned)
    known = keras.layers.Concatenate()([tabulated(inputs["species"]), learned, inputs["electrons"]])
    known = keras.layers.Dense(scalars, "silu")(known)
    features = {"0e": keras.layers.Reshape((-1, 1, scalars))(known)}
    features = points.convolve_repeatedly(
        features, neighbours, channels, settings["layers"], hidden=16, kept=("0e",)
    )
    each = keras.layers.Reshape((-1, scalars))(features["0e"])
    mask = inputs["mask"][..., None]
    mean = ops.sum(each * mask, 1) / ops.sum(mask, 1)
    maxima = ops.max(each - 1e9 * (1 - mask), 1)
    cell = keras.layers.Dropout(CELL_DROPOUT)(ops.concatenate([mean, maxima], -1))
    outputs = keras.layers.Dense(2)(keras.layers.Dense(2 * scalars, "silu")(cell))
    tabulated.set_weights([table])
    return keras.Model(inputs, outputs, name="moments")


@keras.saving.register_keras_serializable(package="spinlens", name="moments_loss")
def loss(truth: Tensor, outputs: Tensor) -> Tensor:
    """Return the absolute error in μB plus a tenth of the order's negative log likelihood.

    Parameters
    ----------
    truth, outputs
        As `targets` and `network` have them, (structures, 2).
    """
    moment, ferromagnetic = truth[:, 0], truth[:, 1]
    unlikely = ops.softplus(outputs[:, 1]) - ferromagnetic * outputs[:, 1]
    return ops.abs(outputs[:, 0] - moment) + ORDER_WEIGHT * unlikely


class Ensemble:
    """Networks that differ by their first weights; one model serves all and compiles once.

    Parameters
    ----------
    elements
        Chemical symbols that crystals may hold.
    settings
        As `network_settings` returns them.
    """

    def __init__(self, elements: Sequence[str], settings: Mapping[str, Any]) -> None:
        self.elements, self.settings = elements, settings
        table, self.initial_weights = element_table(elements), []
        for member in range(settings["members"]):
            keras.utils.set_random_seed(settings["seed"] + member)
            self.model = network(table, settings)
            self.initial_weights.append(self.model.get_weights())
        self.trained_weights: list[list[NDArray[Any]]] = []

    def train(self, samples: Sequence[Sample], report: Report = lambda line: None) -> Self:
        """Train every member from its first weights; earlier training is forgotten.

        Parameters
        ----------
        samples
            Crystals and their ground states.
        report
            Called with lines of progress.
        """
        structures = [each.structure for each in samples]
        inputs = network_inputs(structures, self.elements, self.settings)
        return self._train_on(inputs, targets(samples), report)

    def _train_on(
        self, inputs: points.Arrays, truth: NDArray[Any], report: Report = lambda line: None
    ) -> Self:
        self.trained_weights = []
        for member, weights in enumerate(self.initial_weights):
            self.model.set_weights(weights)
            settings = dict(self.settings) | {"seed": self.settings["seed"] + member}
            training_loop.fit(self.model, inputs, truth, loss, settings, report)
            self.trained_weights.append(self.model.get_weights())
        return self

    def predict(self, structures: Sequence[Atoms]) -> tuple[Array, Array]:
        """Return moments in μB and probabilities of FM, (members, structures) each.

        Parameters
        ----------
        structures
            Crystals.
        """
        return self._predict_on(network_inputs(structures, self.elements, self.settings))

    def _predict_on(self, inputs: points.Arrays) -> tuple[Array, Array]:
        moments, probabilities = [], []
        for weights in self.trained_weights:
            self.model.set_weights(weights)
            outputs = self.model.predict(inputs, verbose=0)
            moments.append(outputs[:, 0])
            probabilities.append(1 / (1 + np.exp(-outputs[:, 1])))
        return np.array(moments), np.array(probabilities)


def predict_out_of_fold(
    samples: Sequence[Sample],
    elements: Sequence[str],
    folds: Iterable[structure_sets.Fold],
    settings: Mapping[str, Any],
    report: Report = print,
) -> tuple[Array, Array]:
    """Return moments in μB and probabilities of FM, (samples,) each, of the validation samples.

    Parameters
    ----------
    samples, elements
        Crystals and their ground states, and the chemical symbols that they may hold.
    folds
        Indices (training, validation).
    settings, report
        As `Ensemble` and its `train` take them.
    """
    ensemble, truth = Ensemble(elements, settings), targets(samples)
    inputs = network_inputs([sample.structure for sample in samples], elements, settings)
    moments, probabilities = np.full(len(samples), np.nan), np.full(len(samples), np.nan)
    for number, (training, validation) in enumerate(folds, start=1):
        ensemble._train_on(_rows(inputs, training), truth[training])
        predicted = ensemble._predict_on(_rows(inputs, validation))
        moments[validation], probabilities[validation] = (own.mean(axis=0) for own in predicted)
        error = np.abs(moments[validation] - truth[validation, 0]).mean()
        report(f"fold {number}: {error:.3f} μB over {len(validation)}")
    return moments, probabilities


def _rows(arrays: points.Arrays, indices: NDArray[np.intp]) -> points.Arrays:
    return {name: array[indices] for name, array in arrays.items()}
