"""A copy of the workflow over a few small calculations, for tests that run it."""

import shutil
from pathlib import Path

import yaml

from chgcar_writer import Crystal, magnetic_blocks, write_run
from paths import ROOT

WORKFLOW_FILES = ("Snakefile", "config.yaml", "pyproject.toml", "workflow", "profiles", "envs")
CONFIG = {
    "calculations": "runs",
    "select": None,
    "grid": [8, 8, 12],
    "threshold": 4.5,
    "kernel_size": 4,
    "stride": 2,
}


def make(folder, moments, **config):
    """The workflow as cloned, its config made small; nothing has run. `moments` of a calculation
    each, by its metal: a composition a run; `config` adds to CONFIG. Returns the folder."""
    folder = Path(folder)
    copy_workflow(folder)
    for index, (metal, moment) in enumerate(moments.items()):
        crystal = Crystal(elements=(metal, metal, "Te"))
        blocks = magnetic_blocks(crystal, moments=(moment, moment, -0.1))
        write_run(folder / "runs" / f"run {index}", crystal=crystal, blocks=blocks)
    configure(folder, **CONFIG | config)
    return folder


def copy_workflow(folder):
    """What a user clones of the workflow, without the tests."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in WORKFLOW_FILES:
        if (ROOT / name).is_dir():
            ignore = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=ignore)
        else:
            shutil.copy2(ROOT / name, folder / name)
    # Tests read Snakemake's own lines; those of the terminal are the subject of test_terminal.py.
    profile = folder / "profiles" / "default" / "config.yaml"
    lines = profile.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith("logger:"))
    profile.write_text(kept, encoding="utf-8")


def configure(folder, **keys):
    """Set keys of the config in a folder."""
    file = folder / "config.yaml"
    config = yaml.safe_load(file.read_text(encoding="utf-8"))
    file.write_text(yaml.safe_dump(config | keys), encoding="utf-8")
