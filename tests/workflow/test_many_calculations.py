"""A study that grows: what was done is not done again."""

import pytest

from spinlens.benchmarks import synthetic

pytestmark = pytest.mark.slow


def test_ten_more_calculations_are_ten_more_splits(project):
    synthetic.write_calculations(project.folder / "runs" / "more", 0, 10)
    planned = project.planned()
    assert planned["split"] == 10
    assert planned["dataset"] == 1
