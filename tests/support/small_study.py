"""A copy of the workflow over six small calculations, and rules that a cluster is tried with."""

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
# Two jobs that do not survive their first attempt: one fails, the other waits to be killed.
TRIALS = """

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
        return background(command, said, subprocess.Popen.kill, preexec_fn=hear_interrupts)

    def said(self):
        return (self.folder / "said.txt").read_text(encoding="utf-8")

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
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def make(folder):
    """The workflow as cloned, its config made small; nothing has run."""
    small_project.make(folder, MOMENTS, **CONFIG)
    (folder / "slurm").symlink_to("profiles/slurm")
    with open(folder / "Snakefile", "a", encoding="utf-8") as snakefile:
        snakefile.write(TRIALS)
    return Study(folder)
