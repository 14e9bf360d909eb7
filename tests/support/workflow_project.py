"""A project folder of the workflow, and Snakemake to run there."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

import small_project

MOMENTS = np.linspace(1.0, 3.6, 10)
METALS = ("Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Y", "Nb")
SMALL = {
    "epochs": 2,
    "sweep": {"filters": [2, 3]},
    "points": [{"optimizer": "adam", "learning_rate": 0.01, "normalization": "dataset"}],
    "evidence_points": [
        {
            "input_grid": [4, 4, 6], "kernel_size": 2, "filters": 2, "permutations": 1,
            "nested": True,
        }
    ],
    "evidence_choices": [{}, {"learning_rate": 1}],
    "evidence_splits": [{"folds": 2, "repeats": 1, "group": "formula"}],
}  # fmt: skip


@dataclass(frozen=True)
class Project:
    """A folder with the workflow in it, and Snakemake to run there."""

    folder: Path

    def snakemake(self, *arguments):
        command = [sys.executable, "-m", "snakemake", "--cores", "2", *arguments]
        return subprocess.run(command, cwd=self.folder, capture_output=True, text=True)

    def planned(self, *arguments):
        """Jobs of a dry run, counted by rule."""
        done = self.snakemake("--quiet", "rules", "-n", *arguments)
        assert done.returncode == 0, done.stderr
        table = re.search(r"Job stats:\n.*\n[- ]+\n((?:\w+ +\d+\n)*)", done.stdout + done.stderr)
        lines = table.group(1).splitlines() if table else []
        counts = {rule: int(count) for rule, count in map(str.split, lines)}
        counts.pop("total", None)
        return counts

    def set(self, **keys):
        small_project.configure(self.folder, **keys)

    def append(self, file, text):
        with open(self.folder / file, "a") as stream:
            stream.write(text)


def copy_of(folder, to):
    shutil.copytree(folder, to, symlinks=True, dirs_exist_ok=True)
    return Project(to)
