"""A SLURM of one node, and stories on it that begin together: each mostly waits."""

import os
import shutil
from concurrent.futures import ThreadPoolExecutor

import pytest

import cluster_stories
import one_node
import small_study

REQUIRED = "SPINLENS_REQUIRE_SLURM"


@pytest.fixture(scope="session")
def node():
    """A SLURM of one node, or the reason why there is none (which REQUIRED makes an error)."""
    reason = one_node.missing()
    if reason and os.environ.get(REQUIRED):
        pytest.fail(f"{REQUIRED} is set, but {reason}")
    if reason:
        pytest.skip(reason)
    before = sorted(one_node.ETC.iterdir()) if one_node.ETC.exists() else None
    folder = one_node.new_folder()
    small_study.hear_interrupts()
    with one_node.OneNode(folder) as slurm:
        yield slurm
    shutil.rmtree(folder)
    assert (sorted(one_node.ETC.iterdir()) if one_node.ETC.exists() else None) == before


@pytest.fixture(scope="session")
def stories(node, tmp_path_factory, request):
    """The stories that tests ask for, by name, as futures; `whole` is without SLURM."""
    folder = tmp_path_factory.mktemp("stories")
    asked = {name for item in request.session.items for name in getattr(item, "fixturenames", ())}
    if "limited" not in asked:
        cluster_stories.LIMITED_IS_OVER.set()
    with ThreadPoolExecutor(len(cluster_stories.STORIES) + 1) as pool:
        prepared = pool.submit(cluster_stories.prepare, folder / "prepared")
        futures = {
            name: pool.submit(tell, node, folder, prepared)
            for name, tell in cluster_stories.STORIES.items()
            if name in asked or name == "whole"
        }
        yield futures


def result(name):
    @pytest.fixture(scope="session", name=name)
    def of_story(stories):
        return stories[name].result()

    return of_story


whole, cancelled, interrupted, limited, bad_days, allocated = map(
    result, ("whole", "cancelled", "interrupted", "limited", "bad_days", "allocated")
)
