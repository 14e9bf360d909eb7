"""What the rules share: the checked config, the calculations found, the points of the sweep."""

import os
import sys
from pathlib import Path

import pandas as pd
from snakemake.utils import Paramspace

WORKFLOW = Path(workflow.basedir) / "workflow"

# The library travels with the workflow: here for this file, in PYTHONPATH for the scripts.
sys.path.insert(0, str(WORKFLOW))
os.environ.update(
    PYTHONPATH=os.pathsep.join(filter(None, [str(WORKFLOW), os.environ.get("PYTHONPATH")]))
)

from spinlens import configuration, sweep
from spinlens.calculation.find import find, stamp
from spinlens.calculation.label_table import read_label_table
from spinlens.code import fingerprint

try:
    configuration.check(config, WORKFLOW / "schemas" / "config.schema.yaml")
except configuration.ConfigError as fault:
    sys.exit(str(fault))

RESULTS = config["results"].rstrip("/")


wildcard_constraints:
    calculation=r"[A-Za-z0-9._-]+",
    point=r"[^/]+",


def code(script):
    """Fingerprint of a script and of the library's modules behind it: an edit reruns its rule."""
    return fingerprint(WORKFLOW / "scripts" / script)


def settings(*keys):
    """The named leaves of the config, in one dict: Snakemake compares parameters as a set."""
    return {key: config[key] for key in keys}
