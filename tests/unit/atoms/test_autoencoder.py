"""Codes turn with structures, and points come back from them."""

import json

import ase.io
import keras
import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from scipy.spatial.transform import Rotation

from spinlens.atoms import autoencoder, code_fitting, decoding, measure_autoencoder, motifs
from spinlens.atoms.autoencoder_scores import (
    Split,
    farthest,
    measure,
    nearest_neighbour,
    turned_codes,
)
from spinlens.atoms.latent import invariants

SMALL = autoencoder.DEFAULTS | {"channels": 8, "most": 3, "scalars": 12, "hidden": 48}
TURN = Rotation.from_euler("zyx", [0.7, -1.1, 2.0]).as_matrix()
NAMES = ["C", "F", "H", "O", "cube"]
PARENT = "resources/structures/Cr2Ge2Te6.vasp"


@pytest.fixture(scope="module")
def encoder():
    keras.utils.set_random_seed(0)  # points come back from most weights, not from all
    return autoencoder.encoder(NAMES, SMALL)


def some():
    return motifs.of_molecules([molecule(name) for name in ("CH3OH", "CO2", "CH4", "H2CO")], 8)


def codes(encoder, own):
    return autoencoder.codes(encoder, motifs.padded(own, NAMES))


def test_codes_turn_with_the_structure(encoder):
    plain = codes(encoder, some())
    turned = codes(encoder, [motifs.turned(own, TURN) for own in some()])
    turns = np.broadcast_to(TURN, (4, 3, 3))
    size = float(np.abs(plain).max())
    assert turned == pytest.approx(turned_codes(plain, turns), abs=1e-5 * size)
    other = turned_codes(plain, np.swapaxes(turns, 1, 2))
    assert np.abs(turned - other).max() > 0.05 * size  # another rotation is told from this one
    assert invariants(turned) == pytest.approx(invariants(plain), abs=1e-4 * size)
    assert np.abs(turned - plain).max() > 0.05 * size


def test_where_a_structure_lies_does_not_matter_but_its_hand_does(encoder):
    methanol = molecule("CH3OH")
    moved = methanol.copy()
    moved.translate((3.0, -2.0, 7.0))
    first, second = (codes(encoder, motifs.of_molecules([own], 8)) for own in (methanol, moved))
    assert second == pytest.approx(first, abs=1e-4)
    left, right = motifs.of_shapes()[:2]
    turns = Rotation.random(300, random_state=0).as_matrix()
    turned = codes(encoder, [motifs.turned(right, turn) for turn in turns])
    own = codes(encoder, [left])
    assert np.linalg.norm(turned - own, axis=(1, 2)).min() > 0.1 * np.linalg.norm(own)
    again = codes(encoder, [motifs.turned(left, turn) for turn in turns])
    back = np.linalg.norm(again - own, axis=(1, 2)).min()
    assert back < 0.6 * np.linalg.norm(turned - own, axis=(1, 2)).min()


def test_a_point_at_the_centre_has_no_direction(encoder):
    """A hair's breadth from the centre the code is as good as at it."""
    methane = some()[2]
    nudged = methane._replace(positions=methane.positions + [[1e-3, 0, 0]] + np.zeros((5, 3)))
    plain, moved = codes(encoder, [methane]), codes(encoder, [nudged])
    assert np.abs(moved - plain).max() < 0.02 * np.abs(plain).max()
    hard = autoencoder.Rays(True, 3, 8.0, softness=1e-6)
    here, there = (hard(np.full((1, 1, 3), at, "float32"), np.ones((1, 1))) for at in (0.0, 1e-3))
    assert np.abs(here["order_1"] - there["order_1"]).max() > 0.5  # without softness, a jump


def fitted_from(encoder, start, own):
    """Points of a code, from what is wrong of them."""
    possible = np.tile(np.arange(decoding.NAMES, dtype="int32"), (len(start.symbols), 1))
    species = np.array([NAMES.index(symbol) for symbol in start.symbols], "int32")
    peaks = decoding.Peaks(start.positions, np.ones(len(species)), possible.copy())
    for row, name in enumerate(species):
        rest = possible[row][possible[row] != name]
        peaks.names[row] = [name, *rest]
    return code_fitting.placed(encoder, codes(encoder, [own]), [peaks])[0]


def test_points_are_moved_renamed_and_left_out_until_the_code_fits(encoder):
    own = some()[3]
    rng = np.random.default_rng(0)
    symbols = list(own.symbols)
    symbols[1] = "F" if symbols[1] != "F" else "C"
    wrong = own._replace(
        symbols=[*symbols, "H"],
        positions=np.concatenate(
            [own.positions + rng.normal(0, 0.06, own.positions.shape), [[0.0, 0.3, 2.4]]]
        ),
    )
    found = fitted_from(encoder, wrong, own)
    truth = [NAMES.index(symbol) for symbol in own.symbols]
    assert farthest(found.species, found.positions, truth, own.positions) < 0.02
    assert found.mismatch < 0.01
    # What has nothing to do with the code does not come to fit it.
    water = some()[2]._replace(positions=some()[2].positions + 1.5)
    assert fitted_from(encoder, water, own).mismatch > 0.05


class Bells:
    """A decoder that knows its points."""

    compiled = True

    def __init__(self, places, names):
        self.places, self.names = np.asarray(places), names

    def predict_on_batch(self, given):
        away = np.linalg.norm(given["places"][:, :, None] - self.places, axis=-1)
        bell = np.exp(-0.5 * (away.min(-1) / autoencoder.WIDTH) ** 2)
        logits = np.eye(6)[np.array(self.names)[away.argmin(-1)]]
        return np.concatenate([bell[..., None], logits], -1)


def test_peaks_are_where_the_decoder_has_them():
    places = np.array([(0.11, 0.02, -0.4), (1.3, -0.77, 0.21), (-1.9, 0.4, 1.1)])
    found = decoding.peaks(Bells(places, [3, 1, 5]), np.zeros((1, 4, 2), "float32"), 3.0)[0]
    order = [np.linalg.norm(found.places - place, axis=1).argmin() for place in places]
    assert len(found.places) == 3 and sorted(order) == [0, 1, 2]
    assert found.places[order] == pytest.approx(places, abs=0.02)
    assert found.names[order, 0].tolist() == [3, 1, 5]
    far = decoding.peaks(Bells(places + 9, [3, 1, 5]), np.zeros((1, 4, 2), "float32"), 3.0)[0]
    assert len(far.places) == 0


def test_shapes_come_back_of_their_codes_once_trained():
    shapes = motifs.of_shapes()
    settings = SMALL | {"steps": 400, "batch": 16, "learning_rate": 0.01}
    parts = Split(shapes, [])
    trained = autoencoder.train(shapes, ["cube"], settings, report=lambda line: None)[:2]
    found = measure(*trained, parts, ["cube"], report=lambda line: None)
    assert found["shapes_within_tenth_angstrom"] >= 0.75  # so small a network, so briefly
    assert found["rotation_error_median"] < 0.02 and found["rotation_error_code"] < 1e-4
    blind = autoencoder.decoder(["cube"], settings)
    lost = measure(trained[0], blind, parts, ["cube"], report=lambda line: None)
    assert lost["shapes_within_tenth_angstrom"] < 0.5


def test_a_layer_and_its_motif_are_the_same_crystal():
    crystal = ase.io.read(PARENT)
    motif = motifs.turned(motifs.of_crystal("parent", crystal), TURN)
    assert len(motif.symbols) == 14 and motif.symbols.count(motifs.CELL) == 4
    assert motif.positions.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-6)
    back = motifs.atoms(motif)
    expected = np.sort(crystal.get_all_distances(mic=True).ravel())
    assert np.sort(back.get_all_distances(mic=True).ravel()) == pytest.approx(expected, abs=1e-6)
    assert back.cell.angles()[2] == pytest.approx(120)
    tips = motif.positions.copy()
    tips[-1] += 1.0
    with pytest.raises(ValueError, match="not opposite"):
        motifs.atoms(motif._replace(positions=tips))
    with pytest.raises(ValueError, match="3 tips"):
        motifs.atoms(motif._replace(symbols=motif.symbols[:-1], positions=motif.positions[:-1]))


def test_the_baseline_knows_a_molecule_in_any_orientation_and_no_other():
    chiral = Atoms("CHFClBr", [(0, 0, 0), (0, 0, 1.1), (1.3, 0, -0.4), (-0.8, 1.5, -0.5),
                               (-0.9, -1.7, -0.6)])  # fmt: skip
    known = motifs.of_molecules([chiral], 8)
    turned = [motifs.turned(own, TURN) for own in known]
    mirrored = [own._replace(positions=own.positions * [1, 1, -1]) for own in known]
    assert nearest_neighbour(Split(known, turned)) == 1
    assert nearest_neighbour(Split(known, mirrored)) == 0
    assert nearest_neighbour(Split(known, some())) == 0


def test_points_are_compared_one_to_one_by_name():
    places = np.array([(0.0, 0, 0), (1, 0, 0), (0, 2, 0)])
    assert farthest([1, 2, 2], places, [2, 1, 2], places[[1, 0, 2]]) == 0
    assert farthest([1, 2, 2], places + 0.05, [1, 2, 2], places) == pytest.approx(0.05 * 3**0.5)
    assert farthest([2, 1, 2], places, [1, 2, 2], places) == pytest.approx(1)
    assert farthest([1, 1, 2], places, [1, 2, 2], places) is None
    assert farthest([1, 2], places[:2], [1, 2, 2], places) is None


def test_a_measurement_needs_nothing_of_the_workflow(tmp_path):
    """By the command alone, on a few molecules and without crystals."""
    file = tmp_path / "some.xyz"
    ase.io.write(file, [molecule(name) for name in ("H2O", "CO", "NH3", "HF", "CH4")])
    out = tmp_path / "made.json"
    sizes = ["--steps", "2", "--channels", "4", "--most", "1", "--batch", "4", "--hidden", "8"]
    models = ["--models", str(tmp_path / "models")]
    measure_autoencoder.main(["--molecules", str(file), "--out", str(out), *sizes, *models])
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["latent_numbers"] == 16 and found["made"]["settings"]["steps"] == 2
    assert found["families"]["molecules"]["held_out"]["structures"] == 1
    assert 0 <= found["recovered_within_tenth_angstrom"] < 1  # two steps teach nothing
    loaded = autoencoder.load(tmp_path / "models" / "encoder.keras")
    own = motifs.of_molecules([molecule("H2O")], 8)
    code = autoencoder.codes(loaded, motifs.padded(own, found["made"]["names"]))
    assert code.shape == (1, 4, 4) and np.abs(code).max() > 0
