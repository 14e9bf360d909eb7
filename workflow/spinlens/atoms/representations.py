"""Five ways to give a structure to a machine, each with what learns from it, in one form.

Each is a class: `represent` makes of structures (ase.Atoms) what its learner is given, a list of
arrays, `described_by` says how many bytes describe one structure; `fit` takes moments.Sample,
`predict` structures, and gives moments (structures,) in μB. `parameters` counts what was learned:
weights of a network, coefficients, nodes of trees.
"""

import keras
import numpy as np
from sklearn.dummy import DummyRegressor
from sklearn.ensemble import ExtraTreesRegressor
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import RidgeCV
from sklearn.pipeline import make_pipeline

from spinlens.atoms import fingerprints, images, moments, points, training_loop
from spinlens.crystal import d_electrons
from spinlens.evidence.baselines import RIDGES, TREES

LETTERS = (1, 3)  # shortest and longest sequence of letters that is counted
VOXELS = (8, 8, 10)  # of one cell
IMAGE = {"batch": 8, "learning_rate": 0.01}
IMAGE_STEPS = 240  # at most: each takes as long as two to four of a network on points


class Nothing:
    """The mean of the training samples."""

    name, learner = "none", "mean of the training samples"

    def __init__(self):
        self.regressor = DummyRegressor()

    def represent(self, structures):
        return [np.zeros((len(structures), 0), "float32")]

    def described_by(self, structure):
        return self.represent([structure])[0].nbytes

    def fit(self, samples):
        (rows,) = self.represent([sample.structure for sample in samples])
        self.regressor.fit(rows, [sample.moment for sample in samples])

    def predict(self, structures):
        return self.regressor.predict(self.represent(structures)[0])

    @property
    def parameters(self):
        return 1


class Fingerprint(Nothing):
    """A row of numbers, `rows` of structures, and extremely randomised trees."""

    learner = "trees"

    def __init__(self, name, rows):
        self.name, self.rows = name, rows
        self.regressor = ExtraTreesRegressor(n_estimators=TREES, random_state=0)

    def represent(self, structures):
        return [self.rows(structures).astype("float32")]

    @property
    def parameters(self):
        return sum(tree.tree_.node_count for tree in self.regressor.estimators_)


class Text(Nothing):
    """The formula as a text, and ridge regression on how often sequences of letters occur."""

    name, learner = "string", "ridge"

    def __init__(self):
        letters = CountVectorizer(analyzer="char", ngram_range=LETTERS, lowercase=False)
        self.regressor = make_pipeline(letters, RidgeCV(alphas=RIDGES))

    def represent(self, structures):
        return [np.array(fingerprints.texts(structures), "S")]

    def described_by(self, structure):
        return len(fingerprints.texts([structure])[0].encode())

    @property
    def parameters(self):
        return len(self.regressor[-1].coef_) + 1


class Image:
    """Voxels of the cell, and a periodic convolutional network."""

    name, learner = "image", "periodic voxel network"

    def __init__(self, elements, settings):
        steps = min(settings["steps"], IMAGE_STEPS)
        self.elements, self.settings = elements, settings | IMAGE | {"steps": steps}
        keras.utils.set_random_seed(settings["seed"])
        self.channels = fingerprints.weights(elements).shape[1]
        self.model = images.network(VOXELS, self.channels)
        self.fresh, self.lengths = self.model.get_weights(), None

    def represent(self, structures):
        """Images, of more voxels along a vector that is times as long as those of training."""
        own = np.mean([structure.cell.lengths() for structure in structures], axis=0)
        times = np.ones(3) if self.lengths is None else np.rint(own / self.lengths)
        shape = tuple((VOXELS * np.maximum(times, 1)).astype(int).tolist())
        return [images.images(structures, self.elements, shape)]

    def described_by(self, structure):
        return self.represent([structure])[0].nbytes

    def fit(self, samples):
        structures = [sample.structure for sample in samples]
        self.lengths = np.mean([structure.cell.lengths() for structure in structures], axis=0)
        truth = np.array([[sample.moment] for sample in samples], "float32")
        self.mean = truth.mean()
        self.model.set_weights(self.fresh)
        given = {"image": self.represent(structures)[0]}
        error = "mean_absolute_error"
        training_loop.fit(
            self.model, given, truth - self.mean, error, self.settings, lambda line: None
        )

    def predict(self, structures):
        (given,) = self.represent(structures)
        model = self.model
        if given.shape[1:4] != VOXELS:
            model = images.network(given.shape[1:4], self.channels)
            model.set_weights(self.model.get_weights())
        return model.predict({"image": given}, verbose=0)[:, 0] + self.mean

    @property
    def parameters(self):
        return self.model.count_params()


class Points:
    """Atoms as points, and the tensor field network of moments.py, or one like it with features
    up to order `most`."""

    name, learner = "points", "tensor field network"

    def __init__(self, elements, settings, most=None):
        self.settings = settings | ({} if most is None else {"most": most})
        self.elements, self.ensemble = elements, moments.Ensemble(elements, self.settings)

    def represent(self, structures):
        cutoff, most = self.settings["cutoff"], self.settings["neighbours"]
        listed = points.neighbours(structures, cutoff, most=most)
        return [*points.pad(structures, self.elements).values(), *listed.values()]

    def described_by(self, structure):
        """Species, position, and three vectors of the lattice."""
        return 4 * len(structure) + 4 * 3 * len(structure) + 4 * 9

    def fit(self, samples):
        self.ensemble.train(samples)

    def predict(self, structures):
        return self.ensemble.predict(structures)[0].mean(axis=0)

    @property
    def parameters(self):
        return self.ensemble.model.count_params() * self.settings["members"]


class Graph(Points):
    """Atoms and their distances: the network on points with features of order 0 alone, which
    never sees a direction."""

    name, learner = "graph", "tensor field network, order 0"

    def __init__(self, elements, settings):
        super().__init__(elements, settings, most=0)

    def described_by(self, structure):
        """Species, and of each neighbour which atom it is and how far."""
        *_, there = self.represent([structure])
        return 4 * len(structure) + 8 * int(there.sum())


def everything(elements, settings):
    """One of each, the training mean first, for structures of some elements (symbols) and
    settings as moments.settings_of gives them."""
    cutoff = settings["cutoff"]
    return [
        Nothing(),
        Fingerprint("fingerprint: composition", lambda s: fingerprints.compositions(s, elements)),
        Fingerprint("fingerprint: electrons", d_electrons.descriptors),
        Fingerprint("fingerprint: SOAP", lambda s: fingerprints.power_spectra(s, elements, cutoff)),
        Text(),
        Graph(elements, settings),
        Image(elements, settings),
        Points(elements, settings),
    ]
