"""Atoms as points, as a stage: trained at the smallest sizes, and run again for what changed."""

import csv
import json
import shutil

import pytest

import small_project

pytestmark = pytest.mark.slow

FAMILY = {
    "A": {"site": "Cr", "by": ["FeCr", "Cr", "MnCr"]},
    "B": {"site": "Ge", "by": ["Ge", "P"]},
    "X": {"site": "Te", "by": ["Te"]},
}
SMALLEST = {
    "decorate": FAMILY, "orders": ["FM"], "geometry_steps": 2, "geometry_crystal_steps": 2,
    "geometry_scalars": 4, "geometry_layers": 1, "geometry_batch": 4,
    "geometry_train_atoms": [3, 4], "geometry_test_atoms": [[14, 14]],
    "screen_decorate": FAMILY, "screen_steps": 2, "screen_members": 2,
    "geometry_autoencoder_atoms": 1, "geometry_autoencoder_degree": 1,
    "geometry_autoencoder_channels": 4, "geometry_autoencoder_steps": 2,
    "geometry_autoencoder_proposals": 1,
}  # fmt: skip
FOUND = "results/figures/missing_atom.svg"


@pytest.fixture(scope="module")
def made(fresh, tmp_path_factory):
    folder = tmp_path_factory.mktemp("geometry")
    shutil.copytree(fresh.folder, folder, symlinks=True, dirs_exist_ok=True)
    own = small_project.ROOT / "resources"
    shutil.copytree(own / "structures", folder / "resources" / "structures")
    shutil.copy2(own / "published_moments.csv", folder / "resources")
    project = type(fresh)(folder)
    project.set(**SMALLEST)
    done = project.snakemake(FOUND, "screen")
    assert done.returncode == 0, done.stdout + done.stderr
    return project


def test_missing_atoms_are_told_by_test_set(made):
    found = json.loads((made.folder / "results/geometry/missing_atom.json").read_text())
    assert set(found) == {"molecules", "crystals"}
    assert set(found["molecules"]["test_sets"]) == {"held out", "14 atoms"}
    (held_out,) = found["crystals"]["test_sets"].values()
    assert held_out["count"] == 10 and held_out["elements"]["Te"]["count"] == 6
    assert (made.folder / "results/geometry/missing_atom/crystals.keras").is_file()
    assert "<svg" in (made.folder / FOUND).read_text()


def test_the_screen_ranks_what_is_not_published(made):
    with open(made.folder / "results/screen/screen.tsv", newline="") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab"))
    assert {row["structure"] for row in rows} == {"MnCrGe2Te6", "MnCrP2Te6"}
    assert [row["rank"] for row in rows] == ["1", "2"]
    assert {row["unseen_elements"] for row in rows} == {"Mn"}


def test_codes_are_measured_mapped_and_decoded(made):
    done = made.snakemake("results/figures/latent_map.html")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((made.folder / "results/geometry/autoencoder.json").read_text())
    assert found["latent_numbers"] == 16 and found["rotation_error_code"] < 1e-4
    assert set(found["families"]) == {"shapes", "molecules", "crystals"}
    moments = json.loads((made.folder / "results/geometry/latent_moments.json").read_text())
    assert moments["mae_random"] > 0 and set(moments["baselines"]) == {"trees", "mean"}
    with open(made.folder / "results/geometry/latent.tsv", newline="") as file:
        rows = list(csv.DictReader(file, dialect="excel-tab"))
    assert len({row["name"] for row in rows}) == len(rows)
    assert sum(row["family"] == "crystals" for row in rows) == 6
    with open(made.folder / "results/geometry/proposals.tsv", newline="") as file:
        proposed = list(csv.DictReader(file, dialect="excel-tab"))
    passed = {row["name"] for row in proposed if row["passed"] == "yes"}
    proposals = (made.folder / "results/geometry/proposals").glob("*.*")
    written = {file.stem for file in proposals if not file.name.startswith(".")}
    assert written == passed


def test_bulk_crystals_are_no_layers_to_encode(made):
    bulk = ("--config", "cell_height=null", "results=bulk")
    done = made.snakemake("bulk/geometry/autoencoder.json", *bulk)
    said = done.stdout + done.stderr
    assert done.returncode != 0 and "Traceback" not in said
    assert "\nthe autoencoder takes layers" in said


def test_representations_are_compared(made):
    more = FAMILY | {"A": {"site": "Cr", "by": ["FeCr", "Cr", "NiCr"]}}
    config = ("--config", f"screen_decorate={json.dumps(more)}", "results=compared")
    few = made.snakemake("results/geometry/representations.tsv")
    assert few.returncode != 0
    assert "\n4 published crystals, fewer than 5 folds" in few.stdout + few.stderr
    done = made.snakemake("compared/figures/representations.html", *config)
    assert done.returncode == 0, done.stdout + done.stderr
    with open(made.folder / "compared/geometry/representations.tsv", newline="") as file:
        rows = {row["representation"]: row for row in csv.DictReader(file, dialect="excel-tab")}
    assert len(rows) == 8 and float(rows["none"]["mae_random_muB"]) > 0
    assert float(rows["points"]["change_rotated_muB"]) < 1e-3
    assert float(rows["image"]["change_other_cell_muB"]) > 1e-3
    assert "<svg" in (made.folder / "compared/figures/representations.svg").read_text()
    assert made.planned("geometry")["representations_figure"] == 1


def test_what_changes_runs_again_and_nothing_else(made):
    assert made.planned(FOUND, "screen") == {}
    assert made.planned(FOUND, "screen", "--config", "screen_members=3") == {"screen": 1}
    again = {"missing_atom": 2, "missing_atom_figure": 1}
    assert made.planned(FOUND, "screen", "--config", "geometry_layers=2") == again


def test_molecules_that_are_none_are_one_line(made):
    (made.folder / "none.xyz").write_text("three\n")
    keys = ("geometry_molecules=none.xyz", "results=results")
    done = made.snakemake("results/geometry/missing_atom/molecules.json", "--config", *keys)
    assert done.returncode != 0
    assert "\nnone.xyz: no file of structures" in done.stdout + done.stderr


def test_a_density_is_predicted_for_structures_that_are_named(made):
    none = made.snakemake("-n", "predict_density")
    assert none.returncode != 0
    assert "config: structures: name a POSCAR" in none.stdout + none.stderr
    missing = made.snakemake("-n", "predict_density", "--config", "structures=gone")
    assert "structures: gone does not exist" in missing.stdout + missing.stderr
    planned = made.planned("predict_density", "--config", "structures=resources/structures")
    assert planned["predict_density"] == planned["density_model_fit"] == 1
    assert made.planned("density_model")["density_model_figures"] == 1
    starts = made.planned("density_starts")
    assert starts["density_starts"] == starts["density_model_fit"] == starts["gpaw_version"] == 1
    none = made.snakemake("-n", "density_test")
    assert "config: predict_calculations: this target needs it" in none.stdout + none.stderr
