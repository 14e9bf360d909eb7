"""What a former configuration left is found, and nothing else."""

import subprocess
import sys

from paths import ROOT

SCRIPT = ROOT / "workflow" / "scripts" / "archive" / "stale.py"
JOB = """
import runpy, sys
from types import SimpleNamespace

results, script, *known = sys.argv[1:]
params = SimpleNamespace(results=results, known={each: ["models/base"] for each in known})
job = SimpleNamespace(log=[f"{results}/stale.log"], input=[], params=params)
runpy.run_path(script, init_globals={"snakemake": job})
"""


def listed(results, *patterns):
    """Lines on the terminal, without the last one: paths below the results, and sizes."""
    command = [sys.executable, "-c", JOB, str(results), str(SCRIPT), *patterns]
    environment = {"PYTHONPATH": str(ROOT / "workflow")}
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    *lines, summary = done.stderr.splitlines()
    assert summary.startswith(f"{len(lines)} files or folders belong to no job")
    return [line.removeprefix(f"{results}/") for line in lines]


def test_only_what_no_job_makes_is_listed_with_the_size_of_all_below_it(tmp_path):
    for name in ("models/base", "models/filters~2/inner", "figures", "fits/base/moment"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "models" / "filters~2" / "inner" / "model").write_bytes(bytes(1_500_000))
    (tmp_path / "models" / "filters~2" / "metrics").write_bytes(bytes(500_000))
    (tmp_path / "figures" / "filters_over_epochs.png").write_bytes(bytes(100_000))
    (tmp_path / "figures" / "target.svg").write_bytes(b"")
    found = listed(tmp_path, "models/*", "figures/filters_over_*.png", "fits/*/*")
    assert found == [
        "figures/filters_over_epochs.png  0.1 MB",
        "fits/base/moment  0.0 MB",
        "models/filters~2  2.0 MB",
    ]
    assert listed(tmp_path, "missing/*") == []
