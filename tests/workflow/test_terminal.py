"""Sessions on a pseudo-terminal: bars on the way, and at the end what came out or how to go on."""

import re
import shutil
import subprocess
import sys

import pytest

import pseudo_terminal
import small_project
from paths import ROOT

pytestmark = pytest.mark.slow

METALS = {"Ti": 1.0, "V": 1.5, "Cr": 2.0, "Mn": 2.5, "Fe": 3.0, "Co": 3.5}
ONE_POINT = {"epochs": 2, "filters": 2, "sweep": None, "points": None, "evidence_points": None}
COMMAND = (sys.executable, "-m", "snakemake", "--cores", "2")


@pytest.fixture(scope="module")
def study(tmp_path_factory):
    """A small study with the profile that is shipped, of which nothing has run."""
    folder = small_project.make(tmp_path_factory.mktemp("terminal"), METALS, **ONE_POINT)
    shutil.copytree(ROOT / "profiles", folder / "profiles", dirs_exist_ok=True)
    return folder


def last_lines(session, count):
    return [line for line in session.lines if line.strip()][-count:]


def test_a_dry_run_is_a_table_of_jobs_by_rule(study):
    session = pseudo_terminal.record([*COMMAND, "-n"], study)
    assert session.status == 0
    rows = dict(re.findall(r"^ ([a-z][a-z ]*?) +(\d+)$", "\n".join(session.lines), re.MULTILINE))
    assert (rows["split"], rows["train"], rows["render report"]) == ("6", "1", "1")
    assert len(session.lines) < 80 and max(map(len, session.lines)) <= 200
    assert not (study / "results").exists()


def test_a_failing_point_is_named_with_its_reason_and_the_command_that_goes_on(study):
    setting = "points=[{target: zzzz}, {}]"
    session = pseudo_terminal.record([*COMMAND, "results/sweep.tsv", "--config", setting], study)
    assert session.status != 0 and "Traceback" not in session.plain
    *others, command = last_lines(session, 20)
    (told,) = [line for line in others if line.startswith("failed: ")]
    assert told.startswith("failed: assign zzzz-4.5 single-0.7-0: target zzzz: the dataset has no")
    assert any(line.strip().startswith("log: results/logs/assign/") for line in others)
    expected = f"snakemake --cores 2 results/sweep.tsv --config '{setting}'"
    assert command.endswith(expected) and command.startswith("To go on once the cause is removed")
    assert max(map(len, session.lines)) <= 200
    assert (study / "results" / "models" / "base" / "model.keras").is_file()  # the others went on


def test_a_run_shows_bars_with_the_time_left_and_ends_with_the_report_and_the_verdicts(study):
    session = pseudo_terminal.record(COMMAND, study)
    assert session.status == 0, session.plain[-3000:]
    for rule in ("Total Progress", "filter figures", "render report"):
        assert re.search(rf"{rule} +[━╸╺ ]+ +\d+% +[\d:]+ +[-\d:]+ left", session.plain), rule
    assert len(session.lines) < 300 and max(map(len, session.lines)) <= 200
    assert not any("epoch 1/2" in line for line in session.lines)
    (last,) = last_lines(session, 1)
    assert re.fullmatch(r"results/report\.html: of 1 point on one split: 1 .+\.", last)


def test_in_a_file_each_finished_job_is_a_plain_line(study):
    command = [*COMMAND, "other/dataset.nc", "--config", "results=other"]
    done = subprocess.run(command, cwd=study, capture_output=True, text=True)
    assert done.returncode == 0 and "\x1b" not in done.stderr
    finished = [line for line in done.stderr.splitlines() if " jobs done: " in line]
    assert len(finished) == 9 and finished[-1] == "9 of 9 jobs done: dataset"
    assert max(map(len, done.stderr.splitlines())) <= 200
