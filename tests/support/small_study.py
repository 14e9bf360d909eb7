"""A copy of the workflow over six small calculations, and rules that a cluster is tried with."""

import re
import shutil
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import small_project
from background import background

MOMENTS = {"Ti": 1.0, "V": 1.5, "Cr": 2.0, "Mn": 2.5, "Fe": 3.0, "Co": 3.5}
CONFIG = {"filters": 2, "epochs": 1, "sweep": {}, "points": []}
NOT_RESULTS = ("logs", "benchmarks", ".checksums", ".records")
# Looks at jobs stay close together. Two jobs do not survive their first attempt: one fails, the
# other waits to be killed.
TRIALS = """

import sys

if plugin := sys.modules.get("snakemake_executor_plugin_slurm"):  # tests cannot wait 180 s
    plugin.Executor.next_seconds_between_status_checks = property(
        lambda self: 3, lambda self, seconds: None
    )


rule fails_once:
    output:
        "results/fails_once.txt",
    shell:
        "test -e failed || {{ touch failed; exit 1; }}; touch {output}"


rule killed_once:
    output:
        "results/killed_once.txt",
    shell:
        "test -e begun || {{ touch begun; sleep 600; }}; touch {output}"
"""


@dataclass(frozen=True)
class Study:
    """A folder with the workflow in it, and Snakemake to start there."""

    folder: Path

    def snakemake(self, *arguments):
        """Snakemake as a process, ended with the `with`; `said` reads its words."""
        command = [sys.executable, "-m", "snakemake", *arguments]
        said = self.folder / "said.txt"
        return background(command, said, subprocess.Popen.kill)

    def said(self):
        return (self.folder / "said.txt").read_text(encoding="utf-8")

    def as_shipped(self):
        """With the lines on the terminal that users see, which copies of tests lack."""
        with open(self.folder / "profiles/default/config.yaml", "a", encoding="utf-8") as file:
            file.write("logger: [rich]\n")

    def training_log(self):
        """Log of the training of `base`; empty before it begins."""
        log = self.folder / "results" / "logs" / "train" / "base.log"
        return log.read_text(encoding="utf-8") if log.exists() else ""

    def epochs(self):
        """Number of epochs that the running training has made itself."""
        return len(re.findall(r"^epoch ", self.training_log(), re.MULTILINE))

    def profile(self, name, *changes):
        """A profile of one's own: the one for SLURM, with texts replaced, as pairs."""
        shutil.copytree(self.folder / "profiles" / "slurm", self.folder / name)
        file = self.folder / name / "config.yaml"
        text = file.read_text(encoding="utf-8")
        for before, after in changes:
            assert text.count(before) == 1, before
            text = text.replace(before, after)
        file.write_text(text, encoding="utf-8")

    def write_times(self):
        """When each file of the results was last written, without logs, benchmarks and records."""
        results = self.folder / "results"
        files = [file for file in results.rglob("*") if file.is_file()]
        return {
            str(file.relative_to(results)): file.stat().st_mtime_ns
            for file in files
            if file.relative_to(results).parts[0] not in NOT_RESULTS
        }


def hear_interrupts():
    """A shell starts what it puts in the background deaf to Ctrl-C, and children inherit it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def make(folder):
    """The workflow as cloned, its config made small; nothing has run."""
    small_project.make(folder, MOMENTS, **CONFIG)
    (folder / "slurm").symlink_to("profiles/slurm")
    with open(folder / "Snakefile", "a", encoding="utf-8") as snakefile:
        snakefile.write(TRIALS)
    return Study(folder)
