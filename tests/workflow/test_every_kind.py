"""Trees of good and bad runs through the whole of the data stages, as a user types it."""

import csv
import os
import re
import shutil
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from chgcar_writer import magnetic_blocks, oszicar_text, write, write_mixed_tree, write_run
from paths import ROOT

pytestmark = pytest.mark.slow

CONFIG = ROOT / "config.yaml"
ODD_NAMES = (
    "with space",
    "ünïcode µB",
    "quo'te\"d",
    "semi;colon",
    "semi colon",
    "$(touch x)",
    "`touch x`",
    "{braces}",
    "new\nline",
    "%s*?[a]#",
)


@pytest.fixture(scope="module")
def workflow(fresh, tmp_path_factory):
    """The workflow with the config that it is shipped with."""
    folder = tmp_path_factory.mktemp("workflow")
    ignore = shutil.ignore_patterns("runs")
    shutil.copytree(fresh.folder, folder, dirs_exist_ok=True, ignore=ignore)
    shutil.copy2(CONFIG, folder)
    return type(fresh)(folder)


def make_dataset(workflow, tree, results, *config):
    return workflow.snakemake(
        "--config", f"calculations={tree}", f"results={results}", *config, "--", "dataset"
    )


def rows(path):
    with open(path, newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file, dialect="excel-tab"))


def write_further_kinds(tree):
    """A repeated run, what cannot be read, and names that a shell would take amiss."""
    write_run(tree / "plain again", charge_name="CHGCAR.gz")
    (tree / "dangling").mkdir()
    (tree / "dangling" / "CHGCAR").symlink_to("purged")
    (tree / "pipe").mkdir()
    os.mkfifo(tree / "pipe" / "CHGCAR")
    for index, name in enumerate(ODD_NAMES):
        blocks = magnetic_blocks(moments=(1.0 + index / 10, 1.0, 0.0))
        write_run(tree / "odd" / name, blocks=blocks)
    return {
        "plain_again": "the same densities as plain",
        "dangling": "gone",
        "pipe": "not a regular file",
    }


@pytest.fixture(scope="module")
def mixed(workflow, tmp_path_factory):
    """What every calculation should come to, and the results of one run over them all."""
    tree = tmp_path_factory.mktemp("mixed") / "the runs"
    expected = write_mixed_tree(tree) | write_further_kinds(tree)
    results = tree.parent / "results"
    done = make_dataset(workflow, tree, results)
    assert done.returncode == 0, done.stdout + done.stderr
    return expected, results, tree


def test_every_good_run_is_a_sample_and_no_other(mixed):
    expected, results, _ = mixed
    good = {name for name, refusal in expected.items() if refusal is None}
    with xr.open_dataset(results / "dataset.nc") as dataset:
        samples = set(dataset["sample"].values.tolist())
    assert {name for name in samples if not name.startswith("odd_")} == good


def test_every_other_run_has_a_reason_that_names_what_to_fix(mixed):
    expected, results, tree = mixed
    excluded = {row["calculation"]: row for row in rows(results / "excluded.tsv")}
    refused = {name: refusal for name, refusal in expected.items() if refusal is not None}
    assert excluded.keys() == refused.keys()
    for name, refusal in refused.items():
        assert re.search(refusal, excluded[name]["reason"]), (name, excluded[name]["reason"])
        assert Path(excluded[name]["source"]).parent.parent == tree


def test_odd_names_are_data(mixed, workflow):
    _, results, tree = mixed
    with xr.open_dataset(results / "dataset.nc") as dataset:
        sources = dict(zip(dataset["sample"].values, dataset["source"].values, strict=True))
    odd = {name: source for name, source in sources.items() if name.startswith("odd_")}
    assert set(odd.values()) == {str(tree / "odd" / name / "CHGCAR") for name in ODD_NAMES}
    assert all(re.fullmatch(r"[A-Za-z0-9._-]+", name) for name in odd)
    assert "odd_with_space" in odd and "odd_semi_colon" not in odd, "two of that name are hashed"
    touched = [path for folder in (workflow.folder, tree) for path in folder.rglob("x")]
    assert touched == []


def test_collinear_samples_of_a_mixed_dataset_have_no_vector(mixed):
    _, results, _ = mixed
    with xr.open_dataset(results / "dataset.nc") as dataset:
        vector = dataset["magnetization_vector"]
        finite = np.isfinite(vector).all(["component", "a", "b", "c"])
        absent = np.isnan(vector).all(["component", "a", "b", "c"])
        noncollinear = dataset["sample"] == "noncollinear"
        assert (finite == noncollinear).all() and (absent == ~noncollinear).all()
        assert dataset.sel(sample="noncollinear")["total_moment"] == pytest.approx(
            np.hypot(3, 3.8), abs=1e-3
        )


def test_every_sample_integrates_to_its_moment(mixed):
    _, results, _ = mixed
    with xr.open_dataset(results / "dataset.nc") as dataset:
        volume = np.abs(np.linalg.det(dataset["lattice"].values))
        mean = dataset["magnetization"].astype(float).mean(["a", "b", "c"]).values
        assert mean * volume == pytest.approx(dataset["total_moment"].values, abs=1e-3)
        reported = dataset["reported_moment"].values
        assert dataset["total_moment"].values == pytest.approx(reported, abs=1e-3)


def test_the_default_study_passes_over_labels_that_no_run_carries(mixed):
    _, results, _ = mixed
    log = (results / "logs" / "select.log").read_text()
    assert "no calculation has the label order" in log


@pytest.fixture(scope="module")
def named(workflow, tmp_path_factory):
    """Results of a tree whose names are labels, keeping what is excluded by default."""
    tree = tmp_path_factory.mktemp("named") / "runs"
    write_run(tree / "Cr2Te" / "FM")
    write_run(tree / "Cr2Te" / "AFM", blocks=magnetic_blocks(moments=(3.0, -3.0, 0.0)))
    write_run(tree / "Cr2Te" / "NM", blocks=magnetic_blocks()[:1])
    late = write_run(tree / "007" / "FM", blocks=magnetic_blocks(moments=(2.0, 2.0, 0.0)))
    write(late / "OSZICAR", oszicar_text(4.0, steps=60))
    write_run(tree / "not" / "as" / "deep")
    results = tree.parent / "results"
    choice = ("unconverged=keep", "nonmagnetic=zero", "select={order: [FM, NM]}")
    done = make_dataset(workflow, tree, results, "pattern={formula}/{order}/CHGCAR*", *choice)
    assert done.returncode == 0, done.stdout + done.stderr
    return results


def test_names_of_a_pattern_are_labels_that_select_knows(named):
    with xr.open_dataset(named / "dataset.nc") as dataset:
        by_sample = dataset.set_index(sample="sample")
        assert by_sample["sample"].values.tolist() == ["007_FM", "Cr2Te_FM", "Cr2Te_NM"]
        assert by_sample["order"].values.tolist() == ["FM", "FM", "NM"]
        assert by_sample["formula"].values.tolist() == ["007", "Cr2Te", "Cr2Te"]
        assert by_sample["order"].attrs["label_source"] == "path"
    excluded = rows(named / "excluded.tsv")
    assert [row["calculation"] for row in excluded] == ["Cr2Te_AFM"]
    assert "order is AFM, `select` in config takes FM or NM" in excluded[0]["reason"]


def test_what_the_config_keeps_is_flagged_and_zero(named):
    with xr.open_dataset(named / "dataset.nc") as dataset:
        assert dataset["converged"].values.tolist() == [0, 1, 1]
        strongest = np.abs(dataset["magnetization"]).max(["a", "b", "c"]).values
    assert strongest[2] == 0 and (strongest[:2] > 0.1).all()


def test_the_first_bad_calculation_stops_where_the_config_says_so(workflow, tmp_path):
    write_run(tmp_path / "runs" / "good")
    write(tmp_path / "runs" / "bad" / "CHGCAR", "no density\n")
    results = tmp_path / "results"
    done = make_dataset(workflow, tmp_path / "runs", results, "on_bad_calculation=stop")
    assert done.returncode != 0
    assert f"{tmp_path / 'runs' / 'bad' / 'CHGCAR'}: CHGCAR is not a CHGCAR" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (results / "dataset.nc").exists()
    assert not (results / "calculations" / "bad.nc").exists()
