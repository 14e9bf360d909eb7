"""Records of results that Snakemake would lose; fits that were interrupted."""

import pytest
from snakemake.persistence.file import FilePersistence

from spinlens.core import run_records


def fit(results, *names):
    """Folders of an unfinished fit, and its name."""
    relative = "/".join(("fits", *names))
    (results / relative / "0").mkdir(parents=True)
    (results / "checkpoints" / relative / "0").mkdir(parents=True)
    return f"results/{relative}"


@pytest.mark.parametrize("point", ["base", "learning_rate~0.001" * 4], ids=["short", "long"])
def test_snakemake_hears_of_fits_that_were_interrupted(tmp_path, monkeypatch, point):
    """By its own reading of the marks, however long the name is."""
    monkeypatch.chdir(tmp_path)
    name = fit(tmp_path / "results", point, "t" * 70, "split" * 9, "0", "true")
    whole = tmp_path / "results" / "fits" / point / "t" / "split" / "0" / "true"
    whole.mkdir(parents=True)
    assert run_records.mark_unfinished("results") == [name]
    assert run_records.mark_unfinished("results") == []  # marked before
    snakemake = FilePersistence()
    both = [name, str(whole.relative_to(tmp_path))]
    assert snakemake._filter_incomplete_keys(both) == {name}


def test_a_fit_that_wrote_nothing_yet_needs_no_mark(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "results/checkpoints/fits/a/b/c/0/true").mkdir(parents=True)
    assert run_records.mark_unfinished("results") == []
