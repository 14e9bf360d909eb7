"""An autoencoder of discrete geometry: from points to one vector, and back.

The encoder convolves points with their neighbours, then pools them at their centre; both are
equivariant. The code is features of degrees 0 ... L of one point, an array ((L + 1)², channels)
whose part of degree l turns by D^l. The decoder is the inverse convolution: at any place it makes
invariants of code, distance and direction, and predicts from them how near the nearest point is
and which symbol it has. Symmetries of the code are symmetries of its peaks: no frame is chosen.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from spinlens.atoms import motifs, points
from spinlens.atoms.motifs import Motif
from spinlens.layers.equivariant import irreps
from spinlens.layers.equivariant.neighbours import Packed, Rays, unpacked
from spinlens.layers.equivariant.point_convolution import PointConvolution, SelfInteraction

WIDTH = 0.4  # Å, of the bell around each point that the decoder learns
CUTOFF = 3.5  # Å, of the convolution before pooling
DEFAULTS: dict[str, Any] = {
    "channels": 24, "degree": 4, "reach": 8.0, "scalars": 24, "hidden": 128,
    "batch": 32, "queries": 96, "learning_rate": 0.004, "seed": 0,
}  # fmt: skip
SPACING = 0.7  # Å, of the first grid of places: less than twice a bell's width
THRESHOLD = 0.15  # height of the bell from which a peak is followed
MOST_PEAKS = 24  # of a code
SEPARATION = 0.45  # Å, closer peaks are one
CLIMBS, DIFFERENCE, LONGEST = 6, 0.1, 0.25  # rounds of the ascent; Å of differences and steps
CANDIDATES = 5  # symbols of a peak
STRUCTURES_AT_ONCE, PLACES_AT_ONCE = 256, 16384  # encoded, and decoded

Motifs = Sequence[Motif]
Vocabulary = Sequence[str]
Settings = Mapping[str, Any]
Array = NDArray[np.floating[Any]]


def build_encoder(vocabulary: Vocabulary, settings: Settings) -> Any:
    """Return a model from arrays as `motifs.pad` gives them to codes.

    Parameters
    ----------
    vocabulary, settings
        Symbols of the points, and settings as DEFAULTS.
    """
    inputs = points.structure_inputs()
    scalars, degree = settings["scalars"], settings["degree"]
    neighbours = points.neighbour_basis(inputs, 1, CUTOFF, 10)
    channels = {"0e": scalars, "1o": scalars // 3}
    features = points.embed_species(inputs["species"], len(vocabulary), scalars)
    features = points.convolve_repeatedly(features, neighbours, channels, 1, hidden=16, typical=4.0)
    rays = Rays(True, degree, settings["reach"])(inputs["positions"], inputs["mask"])
    targets = irreps.of_harmonics(degree, True)
    pooled = PointConvolution(targets, 32, typical=4.0)(features, rays)
    mixed = SelfInteraction({irrep: settings["channels"] for irrep in targets})(pooled)
    return keras.Model(inputs, Packed()(mixed), name="encoder")


def build_decoder(vocabulary: Vocabulary, settings: Settings) -> Any:
    """Return a model from codes and places to a bell around each point, and logits of symbols.

    Inputs are `code` (structures, (L + 1)², channels) and `places` (structures, places, 3) in Å;
    the output is (structures, places, 1 + symbols).

    Parameters
    ----------
    vocabulary, settings
        Symbols of the points, and settings as DEFAULTS.
    """
    degree, channels = settings["degree"], settings["channels"]
    code = keras.Input(((degree + 1) ** 2, channels), name="code")
    places = keras.Input((None, 3), name="places")
    rays = Rays(False, degree, settings["reach"])(places, ops.ones_like(places[..., 0]))
    features = unpacked(code, irreps.of_harmonics(degree, True))
    invariants = PointConvolution(("0e",), 32, typical=1.0)(features, rays)["0e"]
    hidden = keras.layers.Reshape((-1, (degree + 1) * channels))(invariants)
    for _ in range(2):
        hidden = keras.layers.Dense(settings["hidden"], "silu")(hidden)
    outputs = keras.layers.Dense(1 + len(vocabulary))(hidden)
    return keras.Model({"code": code, "places": places}, outputs, name="decoder")


def encode(encoder: Any, structures: Motifs, vocabulary: Vocabulary) -> Array:
    """Return codes (structures, (L + 1)², channels).

    Parameters
    ----------
    encoder, vocabulary
        Encoder, and the symbols of the points.
    structures
        Motifs.
    """
    return encode_arrays(encoder, motifs.pad(structures, vocabulary))


def encode_arrays(encoder: Any, arrays: points.Arrays) -> Array:
    """Return codes (structures, (L + 1)², channels).

    Parameters
    ----------
    encoder, arrays
        Encoder, and structures as `motifs.pad` gives them.
    """
    arrays = arrays | {"positions": arrays["positions"].astype("float32")}
    codes = []
    for start in range(0, len(arrays["mask"]), STRUCTURES_AT_ONCE):
        part = {name: array[start : start + STRUCTURES_AT_ONCE] for name, array in arrays.items()}
        codes.append(predict(encoder, part))
    return np.concatenate(codes)


def predict(model: Any, inputs: points.Arrays) -> Array:
    """Return the output of an encoder or decoder for one batch.

    Parameters
    ----------
    model, inputs
        Encoder or decoder, and its inputs by name.
    """
    if not model.compiled:
        # Batches are of many shapes, each of which XLA would compile.
        model.compile(jit_compile=False)
    return np.asarray(model.predict_on_batch(inputs))


def load(path: Path | str) -> Any:
    """Return an encoder or decoder.

    Parameters
    ----------
    path
        .keras file.
    """
    return keras.saving.load_model(path, compile=False)


class Peaks(NamedTuple):
    """Peaks of one code, the highest first.

    Parameters
    ----------
    places, heights
        (peaks, 3) in Å, and heights of the bell (peaks,).
    symbols
        (peaks, CANDIDATES) numbers of the likeliest symbols, the likeliest first.
    """

    places: Array
    heights: Array
    symbols: NDArray[np.int32]


def find_peaks(decoder: Any, codes: Array, reach: float) -> list[Peaks]:
    """Return the peaks of each code: a grid of places is climbed wherever the bell is high.

    Parameters
    ----------
    decoder
        Model of `build_decoder`.
    codes
        (structures, (L + 1)², channels).
    reach
        Radius of the grid in Å.
    """
    grid, peaks = _ball(reach), []
    most = max(1, PLACES_AT_ONCE // len(grid))
    for start in range(0, len(codes), most):
        own = codes[start : start + most]
        outputs = _decoded(decoder, own, np.broadcast_to(grid, (len(own), *grid.shape)))
        starts = [grid[bell > THRESHOLD] for bell in outputs[..., 0]]
        places: Array = np.zeros((len(own), max(max(map(len, starts)), 1), 3), "float32")
        for row, one in enumerate(starts):
            places[row, : len(one)] = one
        places, outputs = _climbed(decoder, own, places)
        counts = map(len, starts)
        peaks += [_separated(*each) for each in zip(places, outputs, counts, strict=True)]
    return peaks


def _ball(reach: float) -> Array:
    ticks = SPACING * np.arange(-np.ceil(reach / SPACING), np.ceil(reach / SPACING) + 1)
    grid = np.stack(np.meshgrid(ticks, ticks, ticks, indexing="ij"), -1).reshape(-1, 3)
    return grid[np.linalg.norm(grid, axis=1) <= reach].astype("float32")


def _decoded(decoder: Any, codes: Array, places: Array) -> Array:
    return predict(decoder, {"code": codes, "places": places})


def _climbed(decoder: Any, codes: Array, places: Array) -> tuple[Array, Array]:
    """Places moved up the bells, whose logarithm is a parabola, and the decoder's output there."""
    moves = DIFFERENCE * np.concatenate([np.eye(3), -np.eye(3)]).astype("float32")
    count, most = places.shape[:2]
    for _ in range(CLIMBS):
        around = (places[:, :, None] + moves).reshape(count, -1, 3)
        bell = _decoded(decoder, codes, around)[..., 0].reshape(count, most, 6)
        logarithm = np.log(np.maximum(bell, 0.02))
        slope = (logarithm[..., :3] - logarithm[..., 3:]) / (2 * DIFFERENCE)
        step = np.clip(WIDTH**2 * slope, -LONGEST, LONGEST)
        places = places + step.astype("float32")
    return places, _decoded(decoder, codes, places)


def _separated(places: Array, outputs: Array, count: int) -> Peaks:
    """Peaks of the first `count` places; of those too near each other only the highest."""
    kept: list[int] = []
    for row in np.argsort(-outputs[:count, 0]):
        near = (np.linalg.norm(places[row] - places[other]) < SEPARATION for other in kept)
        if outputs[row, 0] > THRESHOLD and len(kept) < MOST_PEAKS and not any(near):
            kept.append(row)
    likeliest = np.argsort(-outputs[kept, 1:], axis=-1)[:, :CANDIDATES].astype("int32")
    return Peaks(places[kept], outputs[kept, 0], likeliest)
