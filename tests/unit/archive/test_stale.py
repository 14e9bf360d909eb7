"""What a former configuration left is found, and nothing else."""

import pytest

from spinlens.archive.stale import megabytes, stale


def test_only_what_no_job_makes_is_listed(tmp_path):
    for name in ("models/base", "models/filters~2", "figures", "fits/base/moment"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "figures" / "filters_over_epochs.png").write_bytes(b"")
    (tmp_path / "figures" / "target.svg").write_bytes(b"")
    known = {"models/*": ["models/base"], "figures/filters_over_*.png": [], "fits/*/*": []}
    found = [path.relative_to(tmp_path).as_posix() for path in stale(tmp_path, known)]
    assert found == ["figures/filters_over_epochs.png", "fits/base/moment", "models/filters~2"]
    everything = {pattern: found for pattern in known}
    assert [path.name for path in stale(tmp_path, everything)] == ["base"]
    assert stale(tmp_path / "missing", known) == []


def test_a_folder_weighs_what_all_below_it_does(tmp_path):
    (tmp_path / "folder" / "inner").mkdir(parents=True)
    (tmp_path / "folder" / "inner" / "model").write_bytes(bytes(1_500_000))
    (tmp_path / "folder" / "metrics").write_bytes(bytes(500_000))
    assert megabytes(tmp_path / "folder") == pytest.approx(2.0, abs=1e-9)
    assert megabytes(tmp_path / "folder" / "metrics") == pytest.approx(0.5, abs=1e-9)
