"""What a config asks to train: every point fits, and each has a name of its own."""

import pytest
import yaml

from paths import ROOT
from spinlens.core.errors import SpinlensError
from spinlens.evidence import plan
from spinlens.evidence.study import study

CONFIG = yaml.safe_load((ROOT / "config.yaml").read_text(encoding="utf-8")) | {
    "grid": [60, 60, 120], "sweep": {"filters": [2, 3]}, "points": [], "evidence_splits": [],
    "evidence_points": [{"filters": 5, "permutations": 2}],
}  # fmt: skip


def made(**changes):
    return study(CONFIG | changes)


def test_points_of_the_sweep_and_of_the_evidence_have_targets_splits_and_inputs():
    found = made()
    assert list(found.points) == ["base", "filters~2"]
    assert found.swept == ["filters"] and found.varied_alone == {"filters": ["filters~2", "base"]}
    assert len(found.every_point) == 3 and len(found.targets) == len(found.splits) == 1
    assert len(found.input_views) == 1
    both = made(points=[{"channels": "signed"}, {"split_seed": 3}])
    assert len(both.input_views) == len(both.splits) == 2 and len(both.targets) == 1


def test_permuted_labels_keep_the_first_group_of_its_own_together():
    split = {"folds": 3, "repeats": 1}
    groups = [split | {"group": group} for group in ("formula", "B", "A1")]
    assert made(evidence_splits=groups).permutation_group == "B"
    assert made(evidence_splits=groups[:1]).permutation_group == "formula"


def test_a_network_that_does_not_fit_is_named_with_its_key():
    large = {"name": "large", "kernel_size": 500}
    with pytest.raises(SpinlensError, match=r"the point large of the sweep"):
        made(points=[large])
    with pytest.raises(SpinlensError, match=r"the point large of evidence_points"):
        made(evidence_points=[large])


def test_two_points_of_one_target_need_two_names():
    twice = [{"filters": 5}, {"filters": 5, "seed": 1}]
    with pytest.raises(SpinlensError, match="two points of the target .* are named filters~5"):
        made(evidence_points=twice)
    one, other = made(evidence_points=[twice[0], twice[1] | {"name": "other"}]).evidence_points
    assert isinstance(one, plan.EvidencePoint) and other.name == "other"
