"""A copy of the workflow over six small calculations, and rules that a cluster is tried with."""

import shutil
import signal
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml

from chgcar_writer import Crystal, magnetic_blocks, write_run

ROOT = Path(__file__).parents[2]
WORKFLOW_FILES = ("Snakefile", "config.yaml", "pyproject.toml", "workflow", "profiles", "envs")
MOMENTS = {"Ti": 1.0, "V": 1.5, "Cr": 2.0, "Mn": 2.5, "Fe": 3.0, "Co": 3.5}
CONFIG = {
    "calculations": "runs",
    "select": None,
    "grid": [8, 8, 12],
    "threshold": 4.5,
    "filters": 2,
    "kernel_size": 4,
    "stride": 2,
    "epochs": 1,
    "sweep": {},
    "points": [],
}
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

    @contextmanager
    def snakemake(self, *arguments):
        """Snakemake as a process, ended with the `with`; `said` reads its words."""
        command = [sys.executable, "-m", "snakemake", *arguments]
        with open(self.folder / "said.txt", "a", encoding="utf-8") as said:
            process = subprocess.Popen(
                command, cwd=self.folder, stdout=said, stderr=said, preexec_fn=hear_interrupts
            )
        try:
            yield process
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()

    def said(self):
        return (self.folder / "said.txt").read_text(encoding="utf-8")

    def write_times(self):
        """When each file of the results was last written, logs and benchmarks left out."""
        results = self.folder / "results"
        files = [file for file in results.rglob("*") if file.is_file()]
        return {
            str(file.relative_to(results)): file.stat().st_mtime_ns
            for file in files
            if file.relative_to(results).parts[0] not in ("logs", "benchmarks")
        }


def hear_interrupts():
    """A shell starts what it puts in the background deaf to Ctrl-C, and children inherit it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def make(folder):
    """The workflow as cloned, its config made small; nothing has run."""
    folder.mkdir(parents=True)
    for name in WORKFLOW_FILES:
        if (ROOT / name).is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignore)
        else:
            shutil.copy2(ROOT / name, folder / name)
    (folder / "slurm").symlink_to("profiles/slurm")
    for metal, moment in MOMENTS.items():
        crystal = Crystal(elements=(metal, metal, "Te"))
        blocks = magnetic_blocks(crystal, moments=(moment, moment, -0.1))
        write_run(folder / "runs" / f"run {metal}", crystal=crystal, blocks=blocks)
    config = yaml.safe_load((folder / "config.yaml").read_text(encoding="utf-8"))
    (folder / "config.yaml").write_text(yaml.safe_dump(config | CONFIG), encoding="utf-8")
    with open(folder / "Snakefile", "a", encoding="utf-8") as snakefile:
        snakefile.write(TRIALS)
    return Study(folder)
