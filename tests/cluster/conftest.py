"""A SLURM of one node for each module of tests."""

import os
import shutil

import pytest

import one_node

REQUIRED = "SPINLENS_REQUIRE_SLURM"


@pytest.fixture(scope="module")
def node():
    """A SLURM of one node, or the reason why there is none (which REQUIRED makes an error)."""
    reason = one_node.missing()
    if reason and os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, but {reason}")
    if reason:
        pytest.skip(reason)
    before = sorted(one_node.ETC.iterdir()) if one_node.ETC.exists() else None
    folder = one_node.new_folder()
    with one_node.OneNode(folder) as slurm:
        yield slurm
    shutil.rmtree(folder)
    assert (sorted(one_node.ETC.iterdir()) if one_node.ETC.exists() else None) == before
