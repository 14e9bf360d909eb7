"""What a run says on its way and at its end."""

import logging
from types import SimpleNamespace

import pytest
from snakemake.persistence import NO_PARAMS_CHANGE, ParamsChange

from spinlens.core import terminal
from spinlens.core.terminal import Job, Jobs, failure_lines


def record(event, **about):
    made = logging.makeLogRecord({"event": event, **about})
    return made


def started(jobs, jobid, rule, wildcards=None, log=()):
    about = {"jobid": jobid, "rule_name": rule, "wildcards": wildcards or {}, "log": list(log)}
    jobs.emit(record("job_info", **about))


def test_each_finished_job_is_a_line_with_its_point():
    said = []
    jobs = Jobs(said.append)
    jobs.emit(record("run_info", stats={"train": 2, "total": 2}))
    started(jobs, 1, "train", {"point": "filters~2"})
    started(jobs, 2, "dataset")
    jobs.emit(record("job_finished", job_id=2))
    jobs.emit(record("job_finished", job_id=1))
    jobs.emit(logging.makeLogRecord({"msg": "another message"}))
    assert said == ["1 of 2 jobs done: dataset", "2 of 2 jobs done: train filters~2"]


def test_a_job_that_succeeds_at_another_attempt_has_not_failed():
    jobs = Jobs()
    for number, rule in ((1, "train"), (2, "fit")):
        started(jobs, number, rule)
        jobs.emit(record("job_error", jobid=number))
    jobs.emit(record("job_error", jobid=99))  # a job that was never announced
    jobs.emit(record("job_finished", job_id=1))
    assert [job.name for job in jobs.failed.values()] == ["fit"]


def test_a_failure_is_told_with_its_reason_and_the_way_on(tmp_path, monkeypatch):
    monkeypatch.delenv("UV", raising=False)
    log = tmp_path / "train.log"
    log.write_text("epoch 1/2\nkernel_size: too long\n\n")
    failed = [Job("train filters~2", (str(log),)), Job("fit", (str(tmp_path / "none"),))]
    assert failure_lines(failed, ["--config", "select={X: Te}"]) == [
        "failed: train filters~2: kernel_size: too long",
        f"    log: {log}",
        "failed: fit: its log is empty",
        f"    log: {tmp_path}/none",
        "To go on once the cause is removed: snakemake --config 'select={X: Te}'",
    ]
    monkeypatch.setenv("UV", "/usr/bin/uv")
    assert failure_lines([], [])[-1].endswith("removed: uv run snakemake")


def test_a_training_that_was_killed_names_what_saves_memory(tmp_path):
    (tmp_path / "log").write_text("devices: CPU:0\nepoch 3/9  loss 1\n")
    for name, named in (("train base", True), ("dataset", False)):
        job = terminal.Job(name, (str(tmp_path / "log"),))
        assert ("set a smaller micro_batch" in job.reason) is named
    (tmp_path / "log").write_text("epoch 3/9  loss 1\nthe grid does not fit\n")
    assert terminal.Job("train base", (str(tmp_path / "log"),)).reason == "the grid does not fit"


def test_many_failures_and_long_reasons_are_cut(tmp_path):
    (tmp_path / "log").write_text("reason " * 100)
    failed = [Job(f"fit {number}", (str(tmp_path / "log"),)) for number in range(25)]
    lines = failure_lines(failed, [])
    assert len(lines) == 2 * terminal.MOST_FAILURES + 2
    assert lines[-2] == "failed: 15 more jobs"
    assert all(len(line) <= terminal.WIDTH for line in lines if line.startswith("failed"))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Nothing to be done", "Nothing to be done"),
        ("If you are sure that a change for a certain output file", None),
        ("Reasons:\n    " + ", ".join(["dataset"] * 60), "Reasons:\n    dataset, dataset, "),
    ],
)
def test_long_messages_are_wrapped_and_hints_dropped(message, expected):
    made = logging.makeLogRecord({"msg": message})
    assert terminal._shortened(made) is (expected is not None)
    if expected:
        assert made.msg.startswith(expected)
        assert max(map(len, made.msg.splitlines())) <= terminal.WIDTH
        assert made.msg.split() == message.split()


def test_in_a_pipe_jobs_are_lines_and_on_a_terminal_bars_have_the_time_left(capsys):
    from rich.progress import TimeRemainingColumn

    for on_terminal in (True, False):
        handler = SimpleNamespace(
            console=SimpleNamespace(is_terminal=on_terminal), addFilter=lambda _: None,
            event_handler=SimpleNamespace(), progress=SimpleNamespace(columns=("bar",)),
        )  # fmt: skip
        jobs = terminal.follow([handler], logging.Logger("test"), dry=False)
        assert any(isinstance(each, TimeRemainingColumn) for each in handler.progress.columns)
        assert (jobs.say is None) == on_terminal
    assert terminal.follow([], logging.Logger("test"), dry=False).say is None
    assert terminal.follow([handler], logging.Logger("test"), dry=True).say is None


def test_files_whose_parameters_are_the_same_are_not_listed():
    terminal.list_only_changed_parameters()
    same = NO_PARAMS_CHANGE | ParamsChange(files={"same.nc"})
    changed = NO_PARAMS_CHANGE | ParamsChange(only_new={"seed=1"}, files={"changed.nc"})
    assert (list(same), list(changed)) == ([], ["changed.nc"])
    assert list(same | changed) == list(changed | same) == ["changed.nc"]
