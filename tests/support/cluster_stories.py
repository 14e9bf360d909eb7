"""What happens to runs on the one-node SLURM; the tests judge what each story returns."""

import os
import re
import shutil
import signal
import sys
import threading
import time

import xarray as xr

import small_project
import small_study
from one_node import FORGOTTEN_JOBS, KEPT_JOBS, rule_of, start_requeued, wait_for

EPOCHS = 150
PROFILE = ("--profile", "slurm", "--slurm-init-seconds-before-status-checks", "2")
GPU_LESS = ("--config", "gpus=0", "--")
MODEL = "results/models/base/metrics.json"
TARGETS = ("results/sweep.tsv", "results/fails_once.txt", "results/killed_once.txt")
# `bad_days` stops the controller, which a job of `limited` asks for its time and to be put back.
LIMITED_IS_OVER = threading.Event()
SLOWER = """

import time

_quick = Keeper.on_epoch_end


def _slow(self, epoch, logs=None):
    time.sleep({seconds})
    _quick(self, epoch, logs)


Keeper.on_epoch_end = _slow
"""


def prepare(folder):
    """A study whose results lack trainings and what needs them."""
    study = small_study.make(folder)
    small_project.configure(folder, epochs=EPOCHS, checkpoint_minutes=0.02)
    arguments = ("--cores", "2", "--omit-from", "train", "--config", "gpus=0", "--")
    with study.snakemake(*arguments, "results/sweep.tsv") as run:
        assert run.wait(timeout=600) == 0, study.said()[-3000:]
    return study


def copy_of(prepared, folder, seconds):
    """A study of one's own, whose epochs last so many seconds longer."""
    shutil.copytree(prepared.result().folder, folder, symlinks=True)
    study = small_study.Study(folder)
    with open(folder / "workflow/spinlens/training/resume.py", "a", encoding="utf-8") as file:
        file.write(SLOWER.format(seconds=seconds))
    return study


def numbers(study):
    """What a training comes to: tables as text, and the values of its filters."""
    model = study.folder / "results" / "models" / "base"
    tables = {name: (model / name).read_text() for name in ("history.csv", "predictions.csv")}
    return tables, xr.load_dataset(model / "filters.nc").to_dict()


def trainings(node, study, *states):
    """Trainings of a study, in states if any are given."""
    own = [job for job in node.jobs(study.folder) if rule_of(job) == "train"]
    return [job for job in own if not states or job["state"] in states]


def running(node, study):
    return [job["id"] for job in trainings(node, study, "RUNNING")]


def whole(node, folder, prepared):
    """The training without SLURM."""
    study = copy_of(prepared, folder / "whole", 0)
    with study.snakemake("--cores", "1", *GPU_LESS, MODEL) as run:
        assert run.wait(timeout=900) == 0, study.said()[-3000:]
    return numbers(study)


def cancelled(node, folder, prepared):
    """A run that loses two jobs and is cancelled; a job without its GPU; the run that finishes.

    Each chapter is SLURM's records of the jobs that it submitted.
    """
    study = small_study.make(folder / "a study; $(touch HELLO)")
    jobs = lambda: node.jobs(study.folder)  # noqa: E731
    with study.snakemake(*PROFILE, *GPU_LESS, *TARGETS) as run:
        wait_for(lambda: (study.folder / "begun").exists(), run, study)
        job = next(job for job in jobs() if rule_of(job) == "killed_once")
        node.run("scancel", job["id"])
        done = lambda: all((study.folder / target).exists() for target in TARGETS[1:])  # noqa: E731
        wait_for(lambda: done() and running(node, study), run, study)
        run.send_signal(signal.SIGINT)
        run.wait(timeout=120)
    first, written = jobs(), study.write_times()
    with study.snakemake(*PROFILE, "--retries", "0", "results/sweep.tsv") as without_gpu:
        without_gpu.wait(timeout=300)
    second, log = jobs()[len(first) :], study.training_log()
    with study.snakemake(*PROFILE, *GPU_LESS, *TARGETS) as resumed:
        resumed.wait(timeout=600)
    third = jobs()[len(first) + len(second) :]
    codes = (run.returncode, without_gpu.returncode, resumed.returncode)
    return {"study": study, "jobs": (first, second, third), "codes": codes, "written": written,
            "log": log}  # fmt: skip


def interrupted(node, folder, prepared):
    """Warned of its time limit, left by a killed Snakemake, cancelled, and finished at last."""
    study = copy_of(prepared, folder / "interrupted", 0.1)
    chapters = {"study": study}
    with study.snakemake(*PROFILE, *GPU_LESS, MODEL) as run:
        wait_for(lambda: running(node, study) and study.epochs() > 10, run, study)
        number = running(node, study)[0]
        node.run("scancel", "--signal=USR1", number)  # as SLURM does if it is asked to
        wait_for(lambda: start_requeued(node, number), run, study)
        chapters["warned"] = study.training_log()
        wait_for(lambda: "goes on after" in study.training_log(), run, study)
        chapters["requeued"] = trainings(node, study)
        wait_for(lambda: study.epochs() > 10, run, study)
        os.kill(run.pid, signal.SIGKILL)
        run.wait()
    chapters["left"] = running(node, study)
    with study.snakemake(*PROFILE, "--unlock") as run:
        run.wait(timeout=300)
    before = len(study.said())
    with study.snakemake(*PROFILE, *GPU_LESS, MODEL) as run:
        chapters["second"] = run.wait(timeout=300)
    chapters["said"] = study.said()[before:]
    chapters["after second"] = trainings(node, study)
    node.run("scancel", *running(node, study))
    deadline = time.monotonic() + 60
    while trainings(node, study, "RUNNING", "COMPLETING") and time.monotonic() < deadline:
        time.sleep(0.5)  # one that is completing may still write, and is named so
    with study.snakemake(*PROFILE, *GPU_LESS, MODEL) as run:
        chapters["last"] = run.wait(timeout=900)
    chapters["jobs"] = trainings(node, study)
    return chapters


def limited(node, folder, prepared):
    """A training that needs 150 s and more, on a queue of 120 s: it ends in a second attempt."""
    try:
        return _limited(node, folder, prepared)
    finally:
        LIMITED_IS_OVER.set()


def _limited(node, folder, prepared):
    study = copy_of(prepared, folder / "limited", 1.0)
    study.profile("my_profile", ("slurm_partition: gpu   ", "slurm_partition: short "))
    starts = set()
    with study.snakemake("--profile", "my_profile", *GPU_LESS, MODEL) as run:
        while run.poll() is None:
            for job in trainings(node, study, "PENDING"):
                start_requeued(node, job["id"])
            starts |= set(map(int, re.findall(r"goes on after epoch (\d+)", study.training_log())))
            time.sleep(0.5)
    return {"study": study, "code": run.returncode, "starts": sorted(starts),
            "jobs": trainings(node, study)}  # fmt: skip


def is_soon(true, seconds=30):
    """Whether something becomes true: the controller drops ended jobs when it comes to them."""
    deadline = time.monotonic() + seconds
    while not true() and time.monotonic() < deadline:
        time.sleep(1)
    return true()


def bad_days(node, folder, prepared):
    """One training whose node is drained; which runs out of memory; which is preempted; whose
    controller stops; and which the controller has forgotten when it is asked again."""
    study = copy_of(prepared, folder / "bad days", 0.2)
    own = "mem_mb: 400 if attempt == 1 else 6000, slurm_partition: far, gres: lane:1"
    study.profile("my_profile", ("  train: *gpu", f"  train: {{<<: *gpu, {own}}}"))
    study.as_shipped()
    chapters = {"study": study}
    command = ("--profile", "my_profile", *PROFILE[2:], *GPU_LESS, MODEL)
    with study.snakemake(*command) as run:
        wait_for(lambda: "sinfo -R" in study.said(), run, study)
        LIMITED_IS_OVER.wait(timeout=900)
        number = trainings(node, study)[0]["id"]
        node.run("scontrol", "update", f"JobId={number}", "Partition=low")
        wait_for(lambda: len(trainings(node, study)) == 2, run, study)
        number = trainings(node, study)[1]["id"]
        node.run("scontrol", "update", f"JobId={number}", "Partition=low")
        wait_for(lambda: study.epochs() > 10, run, study)
        urgent = ("sbatch", "--gres=lane:1", "--mem=100", "--output=/dev/null", "--wrap=sleep 3")
        node.run(*urgent)
        wait_for(lambda: start_requeued(node, number), run, study)
        wait_for(lambda: "goes on after" in study.training_log(), run, study)
        chapters["preempted"] = trainings(node, study)
        wait_for(lambda: study.epochs() > 10, run, study)
        node.stop_controller()
        wait_for(lambda: (study.folder / MODEL).exists(), run, study)
        wait_for(lambda: "SLURM does not answer" in study.said(), run, study)
        node.keep_ended_jobs(FORGOTTEN_JOBS)
        node.start_controller()
        chapters["code"] = run.wait(timeout=600)
    chapters["forgotten"] = is_soon(lambda: not node.lists(number))
    node.keep_ended_jobs(KEPT_JOBS)
    node.run("scontrol", "reconfigure")
    chapters["jobs"] = trainings(node, study)
    return chapters


def allocated(node, folder, prepared):
    """Snakemake itself in a SLURM job; its job is charged to an account and asks for two GPUs."""
    study = copy_of(prepared, folder / "allocated", 0)
    memory = "  mem_mb: 2000 * attempt"
    changes = {memory: f"  slurm_account: chemistry\n  qos: normal\n{memory}",
               "  gres: gpu:1  ": "  gres: gpu:2  ",
               "# config: {gpus: 2}  ": "config: {gpus: 2}",
               "retries: 2": "retries: 0"}  # fmt: skip
    study.profile("my_profile", *changes.items())
    study.as_shipped()
    command = f"{sys.executable} -m snakemake --profile my_profile {PROFILE[2]} 2 {MODEL}"
    submit = ("sbatch", "--parsable", "--mem=2000", "--cpus-per-task=2", f"--chdir={study.folder}",
              "--output=said.txt", f"--wrap={command}; echo ended with $?")  # fmt: skip
    node.run(*submit)
    deadline = time.monotonic() + 600
    said = study.folder / "said.txt"
    while not (said.exists() and "ended with " in said.read_text()):
        assert time.monotonic() < deadline, said.read_text() if said.exists() else ""
        time.sleep(1)
    return {"study": study, "jobs": trainings(node, study)}


STORIES = {
    tell.__name__: tell for tell in (whole, cancelled, interrupted, limited, bad_days, allocated)
}
