r"""Training of the autoencoder, in the workflow or by a command at any size.

    KERAS_BACKEND=jax PYTHONPATH=workflow python -m spinlens.atoms.autoencoder_training \
        --poscars results/screen/poscars --steps 6000 --out autoencoder.json

The command needs Keras with a backend, ASE, NumPy and SciPy, and writes what the workflow's
`autoencoder.json` holds.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from time import monotonic
from typing import Any

import keras
import numpy as np
from keras import ops

from spinlens.atoms import autoencoder, autoencoder_scores, motifs, points
from spinlens.atoms.autoencoder import Array, Motifs, Settings, Vocabulary
from spinlens.atoms.motifs import FAMILIES
from spinlens.atoms.training_loop import CosineSchedule, Report, made_from
from spinlens.core.files import write_json
from spinlens.layers import Tensor
from spinlens.training import checkpoints
from spinlens.training.resume import Keeper

FAMILY_SHARES = {"shapes": 0.1, "molecules": 0.5, "crystals": 0.4}  # of the structures of a batch
DISPLACED, DISPLACEMENT = 0.6, 0.15  # share of structures whose points move, and scale in Å
SUBSTITUTED, SUBSTITUTION = 0.3, 1 / 3  # share of structures, and of their points, renamed
STEPS_PER_EPOCH = 100
COMMAND_SIZES = ("steps", "batch", "channels", "degree", "scalars", "hidden", "queries", "seed")


def train_and_score(
    structures: Motifs, settings: Settings, report: Report = print
) -> tuple[Any, Any, dict[str, Any]]:
    """Return encoder, decoder, and their scores with `latent_numbers` and how they were `made`.

    Parameters
    ----------
    structures, settings
        Motifs, and settings that replace those of `autoencoder.DEFAULTS`, with `steps`.
    report
        Called with lines of progress.
    """
    started = monotonic()
    parts = autoencoder_scores.split(structures, seed=settings["seed"])
    vocabulary = motifs.vocabulary_of(structures)
    settings = dict(autoencoder.DEFAULTS) | dict(settings)
    settings["reach"] = float(np.ceil(autoencoder_scores.search_radius(parts.training)))
    encoder, decoder, history = train(parts.training, vocabulary, settings, report)
    trained = monotonic() - started
    results = autoencoder_scores.scores(
        encoder, decoder, parts, vocabulary, settings["seed"], report
    )
    made = {
        "trained_on": len(parts.training),
        "held_out": len(parts.held_out),
        "vocabulary": vocabulary,
        "settings": settings,
        "parameters": int(encoder.count_params() + decoder.count_params()),
        "last_loss": round(history[-1]["loss"], 4),
        "training_seconds": round(trained, 1),
        "seconds": round(monotonic() - started, 1),
        "backend": keras.backend.backend(),
    }
    size = (settings["degree"] + 1) ** 2 * settings["channels"]
    return encoder, decoder, results | {"latent_numbers": size, "made": made}


def train(
    structures: Motifs, vocabulary: Vocabulary, settings: Settings, report: Report = print
) -> tuple[Any, Any, list[dict[str, Any]]]:
    """Return encoder, decoder and history, both trained together.

    Parameters
    ----------
    structures, vocabulary
        Motifs, and the symbols of the points.
    settings
        As DEFAULTS, and `steps`.
    report
        Called with a line after each epoch.
    """
    keras.utils.set_random_seed(settings["seed"])
    encoder = autoencoder.build_encoder(vocabulary, settings)
    decoder = autoencoder.build_decoder(vocabulary, settings)
    structure = points.structure_inputs()
    inputs = structure | {"places": keras.Input((None, 3), name="places")}
    outputs = decoder({"code": encoder(structure), "places": inputs["places"]})
    both = keras.Model(inputs, outputs)
    batches = MotifBatches(structures, vocabulary, settings)
    schedule = CosineSchedule(settings["learning_rate"], settings["steps"], report=report)
    both.compile(keras.optimizers.Adam(settings["learning_rate"], global_clipnorm=5.0), loss)
    epochs = -(-settings["steps"] // len(batches))
    truth = np.concatenate([structure.positions.ravel() for structure in structures])
    kept = checkpoints.of_next_training(made_from(both, {}, truth, settings))
    keeper = Keeper(kept, {"batches": batches, "schedule": schedule}, report)
    keeper.resume(both)
    both.fit(
        batches,
        epochs=epochs,
        initial_epoch=keeper.initial_epoch,
        callbacks=[schedule, keeper],
        verbose=0,
    )
    keeper.finish()
    return encoder, decoder, schedule.history


@keras.saving.register_keras_serializable(package="spinlens", name="autoencoder_loss")
def loss(truth: Tensor, outputs: Tensor) -> Tensor:
    """Return the bell's squared error plus the symbol's negative log likelihood times the bell.

    Parameters
    ----------
    truth, outputs
        Bell and symbol (structures, places, 2), and the decoder's output.
    """
    bell, symbol = truth[..., 0], ops.cast(truth[..., 1], "int32")
    unlikely = ops.logsumexp(outputs[..., 1:], -1) - ops.sum(
        outputs[..., 1:] * ops.one_hot(symbol, outputs.shape[-1] - 1), -1
    )
    return 10 * (outputs[..., 0] - bell) ** 2 + bell * unlikely


class MotifBatches(keras.utils.PyDataset):
    """Batches of structures, some displaced or substituted, and places near and far from points.

    Parameters
    ----------
    structures, vocabulary, settings
        As `train` takes them.
    """

    def __init__(self, structures: Motifs, vocabulary: Vocabulary, settings: Settings) -> None:
        super().__init__()
        self.arrays, self.symbols = motifs.pad(structures, vocabulary), len(vocabulary)
        family = np.array([motif.family for motif in structures])
        self.rows = {own: np.flatnonzero(family == own) for own in FAMILIES if own in family}
        shares = np.array([FAMILY_SHARES[own] for own in self.rows])
        self.counts = np.floor(settings["batch"] * shares / shares.sum()).astype(int)
        self.counts[-1] += settings["batch"] - self.counts.sum()
        self.epoch = min(STEPS_PER_EPOCH, settings["steps"])
        self.queries, self.reach = settings["queries"], settings["reach"]
        self.rng = np.random.default_rng(settings["seed"])

    def __len__(self) -> int:
        """Return the batches of an epoch."""
        return self.epoch

    def __getitem__(self, index: int) -> tuple[points.Arrays, Array]:
        """Return inputs and truth of a batch; the index is ignored."""
        chosen = zip(self.rows.values(), self.counts, strict=True)
        rows = np.concatenate([self.rng.choice(own, count) for own, count in chosen])
        batch = self._augmented({name: array[rows].copy() for name, array in self.arrays.items()})
        places = self._places(batch)
        away = np.linalg.norm(places[:, :, None] - batch["positions"][:, None], axis=-1)
        away = np.where(batch["mask"][:, None] > 0, away, np.inf)
        nearest = away.argmin(axis=-1)
        bell = np.exp(-0.5 * (away.min(axis=-1) / autoencoder.WIDTH) ** 2)
        truth = np.stack([bell, np.take_along_axis(batch["species"], nearest, 1)], -1)
        return batch | {"places": places}, truth.astype("float32")

    def state(self) -> dict[str, Any]:
        """Return the state of the random generator."""
        return {"random": self.rng.bit_generator.state}

    def restore(self, state: dict[str, Any]) -> None:
        """Take up what `state` returned."""
        self.rng.bit_generator.state = state["random"]

    def _augmented(self, batch: points.Arrays) -> points.Arrays:
        count, size = batch["mask"].shape
        moved = self.rng.random((count,)) < DISPLACED
        scale = moved * self.rng.uniform(0, DISPLACEMENT, (count,))
        batch["positions"] += scale[:, None, None] * self.rng.normal(size=(count, size, 3))
        weight = batch["mask"][..., None]
        batch["positions"] -= (batch["positions"] * weight).sum(1, keepdims=True) / weight.sum(
            1, keepdims=True
        )
        substituted = (self.rng.random((count,)) < SUBSTITUTED)[:, None] & (
            self.rng.random((count, size)) < SUBSTITUTION
        )
        others = self.rng.integers(self.symbols, size=(count, size))
        batch["species"] = np.where(substituted, others, batch["species"]).astype("int32")
        return {name: array.astype(self.arrays[name].dtype) for name, array in batch.items()}

    def _places(self, batch: points.Arrays) -> Array:
        count, near = len(batch["mask"]), self.queries // 2
        chosen = (self.rng.random((count, near)) * batch["mask"].sum(axis=1)[:, None]).astype(int)
        beside = np.take_along_axis(batch["positions"], chosen[..., None], 1)
        beside = beside + self.rng.normal(0, 0.9 * autoencoder.WIDTH, beside.shape)
        largest = np.linalg.norm(batch["positions"], axis=-1).max(axis=1)
        direction = self.rng.normal(size=(count, self.queries - near, 3))
        direction /= np.linalg.norm(direction, axis=-1, keepdims=True)
        radius = (largest[:, None] + 1.5) * self.rng.random(direction.shape[:2]) ** 0.5
        # Some are far out, where the decoder must learn that there is nothing.
        radius[:, ::2] = self.reach * self.rng.random(radius[:, ::2].shape) ** 0.5
        return np.concatenate([beside, direction * radius[..., None]], 1).astype("float32")


def main(arguments: Sequence[str] | None = None) -> None:
    """Train and test the autoencoder, and write its scores.

    Parameters
    ----------
    arguments
        Of the command line; the process's own if omitted.
    """
    options = _parser().parse_args(arguments)
    structures = motifs.read(options.molecules, options.poscars, options.most_atoms)
    settings = {name: getattr(options, name) for name in (*COMMAND_SIZES, "learning_rate")}
    *models, results = train_and_score(structures, settings)
    if options.models:
        Path(options.models).mkdir(parents=True, exist_ok=True)
        for model in models:
            model.save(Path(options.models, f"{model.name}.keras"))
    write_json(options.out, results)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description="Train the autoencoder of geometry, and test it.")
    parser.add_argument("--molecules", default="g2", help="a file of structures, or g2")
    parser.add_argument("--most-atoms", type=int, default=8, help="of a molecule")
    parser.add_argument(
        "--poscars", nargs="*", default=[], help="directories of layers, as POSCARs"
    )
    parser.add_argument("--out", default="autoencoder.json")
    parser.add_argument("--models", help="a directory to save encoder and decoder to")
    defaults = autoencoder.DEFAULTS | {"steps": 2500}
    for name in COMMAND_SIZES:
        parser.add_argument(f"--{name}", type=int, default=defaults[name])
    parser.add_argument("--learning-rate", type=float, default=defaults["learning_rate"])
    return parser


if __name__ == "__main__":
    main()
