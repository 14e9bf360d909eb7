"""The missing atom: examples, votes and their count, and that votes turn with the structure."""

import keras
import numpy as np
import pytest
from ase import Atoms
from ase.build import molecule
from keras import ops
from scipy.spatial.transform import Rotation

from spinlens.atoms import missing_atom
from spinlens.atoms.missing_atom_training import predict_votes

WATER, METHANE = molecule("H2O"), molecule("CH4")
ELEMENTS = ["H", "C", "O"]
CRYSTAL = Atoms(
    "OCH", [(0.1, 0.2, 0), (0, 1.2, 2.0), (2.3, 0, 0)],
    cell=[[3, 0, 0], [1.5, 2.6, 0], [0, 0, 4]], pbc=True,
)  # fmt: skip


def random_network(**options):
    keras.utils.set_random_seed(1)
    return missing_atom.network(3, scalars=8, layers=2, **options)


def votes_at(places, confidences, elements=((0.0, 0.0, 0.0),)):
    """Votes of one structure."""
    places = np.asarray(places, float)
    elements = np.broadcast_to(elements, (len(places), 3))
    return np.concatenate([places, np.asarray(confidences, float), elements], -1)[None]


def test_each_atom_is_missing_once():
    given = missing_atom.examples([WATER, METHANE], ELEMENTS)
    assert len(given.truth) == 8 and given.structure.tolist() == [0] * 3 + [1] * 5
    assert given.inputs["mask"].sum(axis=1).tolist() == [2] * 3 + [4] * 5
    assert [ELEMENTS[int(i)] for i in given.truth[:3, 3]] == WATER.get_chemical_symbols()
    assert not given.truth[:, missing_atom.CELL].any()
    for row in range(3):  # what is left and what is missing are the molecule
        left = given.inputs["positions"][row, :2]
        whole = np.insert(left, row, given.truth[row, :3], axis=0)
        assert whole - whole[0] == pytest.approx(WATER.positions - WATER.positions[0], abs=1e-6)
        assert left.mean(axis=0) == pytest.approx(np.zeros(3), abs=1e-6)


@pytest.mark.parametrize("periodic", [False, True])
def test_votes_turn_and_move_with_the_structure(periodic):
    turn, by = Rotation.random(random_state=2).as_matrix(), np.array([1.0, -2.0, 0.5])
    plain = CRYSTAL if periodic else METHANE
    turned, mirrored = plain.copy(), plain.copy()
    for structure, matrix in ((turned, turn), (mirrored, np.diag([1, 1, -1]))):
        structure.set_cell(structure.cell @ matrix.T)
        structure.positions = plain.positions @ matrix.T + (by if periodic else 0)
    near = {"cutoff": 3.0, "most": 40} if periodic else {}
    model = random_network(cutoff=3.0, neighbours=40 if periodic else None)
    given = [missing_atom.examples([s], ELEMENTS, **near) for s in (plain, turned, mirrored)]
    found = [predict_votes(model, own.inputs) for own in given]
    shift = by if periodic else 0
    for votes, matrix in zip(found[1:], (turn, np.diag([1, 1, -1])), strict=True):
        assert votes[..., :3] == pytest.approx(found[0][..., :3] @ matrix.T + shift, abs=2e-5)
        assert votes[..., 3:] == pytest.approx(found[0][..., 3:], abs=2e-5)
        assert np.abs(votes[..., :3] - found[0][..., :3] - shift).max() > 0.1
    displacements = found[0][..., :3] - given[0].inputs["positions"]
    assert np.abs(displacements).max() > 1e-2  # votes of something


def test_padded_atoms_have_no_vote():
    model = random_network()
    alone = missing_atom.examples([WATER], ELEMENTS)
    beside = missing_atom.examples([WATER, METHANE], ELEMENTS)
    one = predict_votes(model, alone.inputs)
    other = predict_votes(model, beside.inputs)
    for own, among in zip(
        missing_atom.count_votes(one, alone.truth),
        missing_atom.count_votes(other, beside.truth),
        strict=True,
    ):
        assert among[:3] == pytest.approx(own, abs=1e-5)
    beside.inputs["mask"][:] = 1
    unmasked = predict_votes(model, beside.inputs)
    places = missing_atom.count_votes(unmasked, beside.truth)[0]
    assert np.abs(places[:3] - missing_atom.count_votes(one, alone.truth)[0]).max() > 1e-3


def test_votes_count_by_their_confidence():
    truth = missing_atom.examples([WATER], ELEMENTS).truth[:1]
    votes = votes_at(
        [(0, 0, 0), (4, 0, 0)], [(np.log(3), 0), (0, np.log(3))], np.diag([9.0] * 3)[:2]
    )
    places, probabilities = missing_atom.count_votes(votes, truth)
    assert places[0] == pytest.approx([1, 0, 0])
    assert probabilities[0, :2] == pytest.approx([0.25, 0.75], abs=1e-3)


def test_in_a_crystal_votes_for_images_agree():
    truth = missing_atom.examples([CRYSTAL], ELEMENTS, cutoff=3.0).truth[:1]
    a, b, c = np.asarray(CRYSTAL.cell)
    there = truth[0, :3] + 0.1
    votes = votes_at([there, there + a - c, there + 2 * b], [(0, 0), (1, 0), (0, 0)])
    places, _ = missing_atom.count_votes(votes, truth)
    off = missing_atom.shortest_vectors(places[:, None] - truth[:, None, :3], truth)
    assert off[0, 0] == pytest.approx([0.1] * 3, abs=1e-5)
    molecular = truth.copy()
    molecular[:, 4:] = 0
    assert np.abs(missing_atom.count_votes(votes, molecular)[0] - there).max() > 0.3


def test_scores_by_element():
    given = missing_atom.examples([WATER], ELEMENTS)
    places = given.truth[:, None, :3] + np.array([[[0.0, 0, 0]], [[0.4, 0, 0]], [[0.6, 0, 0]]])
    said = np.array([[[0.0, 0, 9]], [[9, 0, 0]], [[9, 0, 0]]])  # O, H, H, as it is
    votes = np.concatenate([places, np.zeros((3, 1, 2)), said], -1)
    found = missing_atom.scores(votes, given.truth, ELEMENTS)
    assert found["type_correct"] == 1 and found["correct"] == pytest.approx(2 / 3, abs=1e-4)
    assert found["mae_angstrom"] == pytest.approx(1 / 3, abs=1e-4)
    assert found["elements"]["H"]["within_half_angstrom"] == 0.5
    assert found["elements"]["O"]["correct"] == 1 and "C" not in found["elements"]
    wrong = missing_atom.scores(votes[:, :, [0, 1, 2, 3, 4, 7, 5, 6]], given.truth, ELEMENTS)
    assert wrong["type_correct"] < 0.5 and wrong["correct"] < 0.5


def test_the_loss_is_least_for_the_truth():
    given = missing_atom.examples([CRYSTAL], ELEMENTS, cutoff=3.0)
    truth = given.truth.astype("float32")
    right = np.concatenate(
        [truth[:, None, :3], np.zeros((3, 1, 2)), 9 * np.eye(3)[truth[:, 3].astype(int)][:, None]],
        -1,
    ).astype("float32")

    def loss(votes):
        tensors = ops.convert_to_tensor(truth), ops.convert_to_tensor(votes.astype("float32"))
        return ops.convert_to_numpy(missing_atom.loss(*tensors))

    image = right.copy()
    image[..., :3] += np.asarray(CRYSTAL.cell)[0] - np.asarray(CRYSTAL.cell)[2]
    elsewhere, other = right.copy(), right[..., [0, 1, 2, 3, 4, 6, 7, 5]]
    elsewhere[..., 0] += 1.0
    assert loss(right) == pytest.approx(np.zeros(3), abs=2e-3)
    assert loss(image) == pytest.approx(loss(right), abs=1e-3)
    assert loss(elsewhere) == pytest.approx(loss(right) + 1.2, abs=1e-2)
    assert (loss(other) > 5).all()
