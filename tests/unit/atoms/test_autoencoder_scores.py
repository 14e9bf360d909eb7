"""How well structures come back, trained and untrained, and beside memory alone."""

import pytest
from ase import Atoms
from ase.build import molecule
from scipy.spatial.transform import Rotation

from spinlens.atoms import autoencoder, autoencoder_training, motifs
from spinlens.atoms.autoencoder_scores import Split, nearest_neighbour_share, scores

SMALL = autoencoder.DEFAULTS | {"channels": 8, "degree": 3, "scalars": 12, "hidden": 48}
TURN = Rotation.from_euler("zyx", [0.7, -1.1, 2.0]).as_matrix()


def some():
    return motifs.of_molecules([molecule(name) for name in ("CH3OH", "CO2", "CH4", "H2CO")], 8)


@pytest.mark.slow
def test_shapes_come_back_from_their_codes_once_trained():
    shapes = motifs.of_shapes()
    settings = SMALL | {"steps": 400, "batch": 16, "learning_rate": 0.01}
    parts = Split(shapes, [])
    trained = autoencoder_training.train(shapes, ["cube"], settings, report=lambda line: None)[:2]
    found = scores(*trained, parts, ["cube"], report=lambda line: None)
    assert found["shapes_within_tenth_angstrom"] >= 0.75  # so small a network, so briefly
    assert found["rotation_error_median"] < 0.02 and found["rotation_error_code"] < 1e-4
    blind = autoencoder.build_decoder(["cube"], settings)
    lost = scores(trained[0], blind, parts, ["cube"], report=lambda line: None)
    assert lost["shapes_within_tenth_angstrom"] < 0.5


def test_the_baseline_knows_a_molecule_in_any_orientation_and_no_other():
    chiral = Atoms("CHFClBr", [(0, 0, 0), (0, 0, 1.1), (1.3, 0, -0.4), (-0.8, 1.5, -0.5),
                               (-0.9, -1.7, -0.6)])  # fmt: skip
    known = motifs.of_molecules([chiral], 8)
    turned = [motifs.rotate(own, TURN) for own in known]
    mirrored = [own._replace(positions=own.positions * [1, 1, -1]) for own in known]
    assert nearest_neighbour_share(Split(known, turned)) == 1
    assert nearest_neighbour_share(Split(known, mirrored)) == 0
    assert nearest_neighbour_share(Split(known, some())) == 0
