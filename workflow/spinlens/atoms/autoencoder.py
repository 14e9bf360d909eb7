"""An autoencoder of discrete geometry: points to one vector, and that vector to points.

The encoder lets each point see those around it, then pools them all at their centre, by
convolutions that turn with them: the code is features of orders 0 ... L of one point, an array
((L + 1)², channels) whose part of order l turns by D^l. The decoder is the same convolution the
other way round: at any place it is asked about, it makes invariants of code, distance and
direction, and says of them how near the nearest point is and which element it is. What the code
holds of a symmetry its peaks have too: no frame is ever chosen. decoding.py finds the peaks.
"""

import keras
import numpy as np
from keras import ops

from spinlens.atoms import networks
from spinlens.atoms.motifs import FAMILIES, padded
from spinlens.atoms.training_loop import Schedule
from spinlens.layers.equivariant import irreps
from spinlens.layers.equivariant.neighbours import (
    AllPairs,
    Packed,
    Rays,
    Surroundings,
    unpacked,
)
from spinlens.layers.equivariant.point_convolution import PointConvolution, SelfInteraction

WIDTH = 0.4  # Å, of the bell around each point that the decoder learns
NEAR = 3.5  # Å, as far as points see each other before they are pooled
DEFAULTS = {
    "channels": 24, "most": 4, "reach": 8.0, "scalars": 24, "hidden": 128,
    "batch": 32, "queries": 96, "learning_rate": 0.004, "seed": 0,
}  # fmt: skip
SHARES = {"shapes": 0.1, "molecules": 0.5, "crystals": 0.4}  # of the structures of a batch
MOVED, JITTER = 0.6, 0.15  # share of them whose points are moved, by at most about so many Å
RENAMED = 0.3  # share of them in which points are given other elements, one in three


def encoder(names, settings):
    """Model from species, positions about the centre and mask (see motifs.padded) to codes
    (structures, (L + 1)², channels)."""
    inputs = networks.structure_inputs()
    scalars, most = settings["scalars"], settings["most"]
    near = Surroundings(1, NEAR, 10)(AllPairs()(inputs["positions"], inputs["mask"]))
    channels = {"0e": scalars, "1o": scalars // 3}
    features = networks.embedded(inputs["species"], len(names), scalars)
    features = networks.convolved(features, near, channels, 16, typical=4.0)
    rays = Rays(True, most, settings["reach"])(inputs["positions"], inputs["mask"])
    targets = irreps.of_harmonics(most, True)
    pooled = PointConvolution(targets, 32, typical=4.0)(features, rays)
    mixed = SelfInteraction({kind: settings["channels"] for kind in targets})(pooled)
    return keras.Model(inputs, Packed()(mixed), name="encoder")


def decoder(names, settings):
    """Model from codes and places (structures, places, 3) in Å to (structures, places,
    1 + names): a bell of height 1 around each point, and a logit for each name."""
    most, channels = settings["most"], settings["channels"]
    code = keras.Input(((most + 1) ** 2, channels), name="code")
    places = keras.Input((None, 3), name="places")
    rays = Rays(False, most, settings["reach"])(places, ops.ones_like(places[..., 0]))
    features = unpacked(code, irreps.of_harmonics(most, True))
    seen = PointConvolution(("0e",), 32, typical=1.0)(features, rays)["0e"]
    own = keras.layers.Reshape((-1, (most + 1) * channels))(seen)
    for _ in range(2):
        own = keras.layers.Dense(settings["hidden"], "silu")(own)
    said = keras.layers.Dense(1 + len(names))(own)
    return keras.Model({"code": code, "places": places}, said, name="decoder")


def codes(encoder, arrays, most=256):
    """Codes of structures that are given as `motifs.padded` gives them, so many at once."""
    arrays = arrays | {"positions": arrays["positions"].astype("float32")}
    found = []
    for start in range(0, len(arrays["mask"]), most):
        part = {name: array[start : start + most] for name, array in arrays.items()}
        found.append(said(encoder, part))
    return np.concatenate(found)


def said(model, given):
    """What an encoder or decoder makes of one batch (dict of arrays), as an array."""
    if not model.compiled:
        # Batches are of many shapes, each of which XLA would compile.
        model.compile(jit_compile=False)
    return np.asarray(model.predict_on_batch(given))


def load(path):
    """An encoder or decoder from its .keras file."""
    return keras.saving.load_model(path, compile=False)


def train(motifs, names, settings, report=print):
    """(encoder, decoder, history), trained together on motifs for `steps` steps."""
    keras.utils.set_random_seed(settings["seed"])
    coding, decoding = encoder(names, settings), decoder(names, settings)
    inputs = networks.structure_inputs() | {"places": keras.Input((None, 3), name="places")}
    structure = {name: inputs[name] for name in ("species", "positions", "mask")}
    said = decoding({"code": coding(structure), "places": inputs["places"]})
    both = keras.Model(inputs, said)
    draws = Draws(motifs, names, settings)
    schedule = Schedule(settings["learning_rate"], settings["steps"], report=report)
    both.compile(keras.optimizers.Adam(settings["learning_rate"], global_clipnorm=5.0), loss)
    epochs = -(-settings["steps"] // len(draws))
    both.fit(draws, epochs=epochs, callbacks=[schedule], verbose=0)
    return coding, decoding, schedule.history


@keras.saving.register_keras_serializable(package="spinlens", name="autoencoder_loss")
def loss(truth, said):
    """Squared error of the bell, and the name's negative log likelihood weighted by the bell;
    `truth` (structures, places, 2) is bell and name."""
    bell, name = truth[..., 0], ops.cast(truth[..., 1], "int32")
    unlikely = ops.logsumexp(said[..., 1:], -1) - ops.sum(
        said[..., 1:] * ops.one_hot(name, said.shape[-1] - 1), -1
    )
    return 10 * (said[..., 0] - bell) ** 2 + bell * unlikely


class Draws(keras.utils.PyDataset):
    """Batches of structures, some with points moved or renamed, and places near their points and
    anywhere around them."""

    def __init__(self, motifs, names, settings, epoch=100):
        super().__init__()
        self.arrays, self.names = padded(motifs, names), names
        family = np.array([motif.family for motif in motifs])
        self.rows = {own: np.flatnonzero(family == own) for own in FAMILIES if own in family}
        shares = np.array([SHARES[own] for own in self.rows])
        self.counts = np.floor(settings["batch"] * shares / shares.sum()).astype(int)
        self.counts[-1] += settings["batch"] - self.counts.sum()
        self.epoch, self.queries = min(epoch, settings["steps"]), settings["queries"]
        self.reach = settings["reach"]
        self.rng = np.random.default_rng(settings["seed"])

    def __len__(self):
        return self.epoch

    def __getitem__(self, index):
        chosen = zip(self.rows.values(), self.counts, strict=True)
        rows = np.concatenate([self.rng.choice(own, count) for own, count in chosen])
        batch = self._varied({name: array[rows].copy() for name, array in self.arrays.items()})
        places = self._places(batch)
        away = np.linalg.norm(places[:, :, None] - batch["positions"][:, None], axis=-1)
        away = np.where(batch["mask"][:, None] > 0, away, np.inf)
        nearest = away.argmin(axis=-1)
        bell = np.exp(-0.5 * (away.min(axis=-1) / WIDTH) ** 2)
        truth = np.stack([bell, np.take_along_axis(batch["species"], nearest, 1)], -1)
        return batch | {"places": places}, truth.astype("float32")

    def _varied(self, batch):
        count, points = batch["mask"].shape
        moved = (self.rng.random(count) < MOVED) * self.rng.uniform(0, JITTER, count)
        batch["positions"] += moved[:, None, None] * self.rng.normal(size=(count, points, 3))
        batch["positions"] -= _mean(batch)
        renamed = (self.rng.random(count) < RENAMED)[:, None] & (
            self.rng.random((count, points)) < 1 / 3
        )
        others = self.rng.integers(len(self.names), size=(count, points))
        batch["species"] = np.where(renamed, others, batch["species"]).astype("int32")
        return {name: array.astype(self.arrays[name].dtype) for name, array in batch.items()}

    def _places(self, batch):
        count, points = batch["mask"].shape
        near = self.queries // 2
        chosen = (self.rng.random((count, near)) * batch["mask"].sum(axis=1)[:, None]).astype(int)
        beside = np.take_along_axis(batch["positions"], chosen[..., None], 1)
        beside = beside + self.rng.normal(0, 0.9 * WIDTH, beside.shape)
        largest = np.linalg.norm(batch["positions"], axis=-1).max(axis=1)
        direction = self.rng.normal(size=(count, self.queries - near, 3))
        direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
        radius = (largest[:, None] + 1.5) * self.rng.random(direction.shape[:2]) ** 0.5
        # Some are far out, where a small structure has nothing and that is to be known.
        radius[:, ::2] = self.reach * self.rng.random(radius[:, ::2].shape) ** 0.5
        return np.concatenate([beside, direction * radius[..., None]], 1).astype("float32")


def _mean(batch):
    weight = batch["mask"][..., None]
    return (batch["positions"] * weight).sum(1, keepdims=True) / weight.sum(1, keepdims=True)
