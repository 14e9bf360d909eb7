"""Before a process ends by a signal it saves, and a job at its time limit is queued again."""

import os
import signal
import subprocess
import sys

import pytest

from paths import ROOT

PROGRAM = """
import signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job of a shell ignores it
sys.path.insert(0, {workflow!r})
from spinlens.core import job_end
def save():
    print("saved", flush=True)
    return {steps}
job_end.before_end(lambda: print("not this one"))
job_end.before_end(save)
print("ready", flush=True)
time.sleep(600)
"""


def ended_by(number, steps=3, **environment):
    """What a process says that is ended by a signal, and its exit code."""
    text = PROGRAM.format(workflow=str(ROOT / "workflow"), steps=steps)
    own = {name: value for name, value in os.environ.items() if not name.startswith("SLURM")}
    with subprocess.Popen(
        [sys.executable, "-c", text], stdout=subprocess.PIPE, text=True, env=own | environment
    ) as process:
        assert process.stdout.readline() == "ready\n"
        process.send_signal(number)
        try:
            return process.communicate(timeout=60)[0], process.returncode
        finally:
            process.kill()  # one that lives on would be waited for


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGUSR1])
def test_a_signal_saves_once_and_ends_the_process(number):
    said, code = ended_by(number)
    assert said.count("saved") == 1 and "not this one" not in said
    name = "time limit" if number == signal.SIGUSR1 else number.name
    assert f"{name}: ended after 3 further epochs" in said
    assert code == 128 + number


@pytest.fixture
def scontrol(tmp_path):
    program = tmp_path / "scontrol"
    program.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/asked\n')
    program.chmod(0o755)
    return {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SLURM_JOB_ID": "12"}


def test_the_warning_of_a_time_limit_queues_the_job_again(scontrol, tmp_path):
    said, _ = ended_by(signal.SIGUSR1, **scontrol)
    assert (tmp_path / "asked").read_text() == "requeue 12\n"
    assert "SLURM job 12 is put back into the queue" in said


def with_seconds_left(scontrol, tmp_path, answer, failures=0, code=0):
    """SLURM says, after some questions in vain, what time the job has left, and whose it is."""
    squeue, asked = tmp_path / "squeue", tmp_path / "questions"
    squeue.write_text(
        f"#!/bin/sh\necho >> {asked}\n[ $(wc -l < {asked}) -gt {failures} ] || exit {code}\n"
        f"echo '{answer}'\n"
    )
    squeue.chmod(0o755)
    text = PROGRAM.format(workflow=str(ROOT / "workflow"), steps=3)
    text = text.replace("job_end.before", "job_end.ASK_SECONDS = 0.1\njob_end.before", 1)
    with subprocess.Popen(
        [sys.executable, "-c", text.replace("600", "3")],
        stdout=subprocess.PIPE, text=True, env=os.environ | scontrol,
    ) as process:  # fmt: skip
        return process.communicate(timeout=60)[0]


def test_a_training_ends_itself_before_the_time_limit_of_its_job(scontrol, tmp_path):
    said = with_seconds_left(scontrol, tmp_path, "0:01|rule_train_wildcards_base")
    assert (tmp_path / "asked").read_text() == "requeue 12\n"
    assert "time limit: ended after 3 further epochs" in said


@pytest.mark.parametrize(
    ("failures", "code", "ended"), [(2, 0, True), (9, 0, False), (9, 1, True)],
    ids=["late", "no limit", "controller stopped"],
)  # fmt: skip
def test_the_time_limit_is_asked_for_again(scontrol, tmp_path, failures, code, ended):
    """For as long as SLURM gives no answer; an answer without a limit is taken after four times."""
    said = with_seconds_left(scontrol, tmp_path, "0:01|rule_train_wildcards_base", failures, code)
    assert ("time limit: ended" in said) == ended
    asked = len((tmp_path / "questions").read_text().splitlines())
    assert asked > 9 if code else asked == (3 if ended else 5)


def test_a_job_that_snakemake_did_not_submit_is_left_to_its_owner(scontrol, tmp_path):
    assert with_seconds_left(scontrol, tmp_path, "0:01|(null)") == "ready\n"
    assert not (tmp_path / "asked").exists()


def test_a_job_that_does_not_get_any_further_is_not_queued_again(scontrol, tmp_path):
    said, _ = ended_by(signal.SIGUSR1, steps=0, **scontrol)
    assert not (tmp_path / "asked").exists()
    assert "no epoch ended within the time limit" in said and "training_minutes" in said


def test_a_cancelled_job_is_not_queued_again(scontrol, tmp_path):
    ended_by(signal.SIGTERM, **scontrol)
    assert not (tmp_path / "asked").exists()


def test_who_only_passes_the_warning_on_lives_on_and_its_script_hears_it():
    """As Snakemake does above a training: the signal goes to every process of the job."""
    inner = PROGRAM.format(workflow=str(ROOT / "workflow"), steps=1)
    outer = (
        f"import subprocess, sys; sys.path.insert(0, {str(ROOT / 'workflow')!r})\n"
        "from spinlens.core import job_end\n"
        "job_end.ignore_warning()\n"
        f"command = ['sh', '-c', 'true; exec \"$@\"', 'sh', sys.executable, '-c', {inner!r}]\n"
        "code = subprocess.run(command).returncode\n"
        "print('outer goes on after', code, flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", outer], stdout=subprocess.PIPE, text=True, start_new_session=True
    ) as process:
        assert process.stdout.readline() == "ready\n"
        os.killpg(process.pid, signal.SIGUSR1)
        said = process.communicate(timeout=60)[0]
    assert "saved" in said and f"outer goes on after {128 + signal.SIGUSR1}" in said
