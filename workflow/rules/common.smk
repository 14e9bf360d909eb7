"""What the rules share: the checked config, the calculations found, the points of the sweep."""

import hashlib
import os
import sys
from dataclasses import asdict
from pathlib import Path

import pandas as pd
from snakemake.utils import Paramspace

WORKFLOW = Path(workflow.basedir) / "workflow"

# The library travels with the workflow: here for this file, in PYTHONPATH for the scripts.
sys.path.insert(0, str(WORKFLOW))
os.environ.update(
    PYTHONPATH=os.pathsep.join(filter(None, [str(WORKFLOW), os.environ.get("PYTHONPATH")]))
)

from spinlens import configuration, cost, normalizations, sizes, splits, sweep, targets
from spinlens.calculation.find import find, stamp
from spinlens.calculation.label_table import read_label_table
from spinlens.code import fingerprint
from spinlens.evidence import plan

config.update(configuration.typed(config))
try:
    configuration.check(config, WORKFLOW / "schemas" / "config.schema.yaml")
except configuration.ConfigError as fault:
    sys.exit(str(fault))


def code(script):
    """Fingerprint of a script and of the library's modules behind it: an edit reruns its rule."""
    return fingerprint(WORKFLOW / "scripts" / script)


def digest(file):
    """Fingerprint of a file that is no Python. Never its text: the report shows parameters, and
    markup among them would break its page."""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:16]


def growing(amount):
    """A resource that each attempt asks more of: what was too little once is not asked again."""
    return lambda wildcards, attempt: amount * attempt


def settings(*keys):
    """The named leaves of the config, in one dict: Snakemake compares parameters as a set."""
    return {key: config[key] for key in keys}


def found_calculations(key="calculations"):
    """Calculations by id, discovered once, when the workflow is parsed: the DAG is static."""
    root = config[key]
    try:
        found = find(root, config["pattern"], key)
    except ValueError as fault:
        sys.exit(f"config: {fault}")
    if not found:
        sys.exit(f"config: {key}: no CHGCAR in any folder of {root}")
    return {calculation.id: calculation for calculation in found}


def read_table_labels(path):
    """Rows of the label table by calculation, or none where there is no table."""
    try:
        schema = WORKFLOW / "schemas" / "labels.schema.yaml"
        return read_label_table(path, schema) if path else {}
    except (OSError, ValueError) as fault:
        sys.exit(f"config: labels: {fault}")


def checked(points):
    """Sweep points whose network fits the grid and whose target is one."""
    for point in points:
        try:
            sizes.check(point, sizes.cell_shape(point, config["grid"]))
            targets.name(point)
        except ValueError as fault:
            sys.exit(f"config: {fault}")
    return points


def swept_points():
    """Points of the sweep."""
    try:
        return checked(sweep.points(config))
    except ValueError as fault:
        sys.exit(f"config: {fault}")


def request_mb(point, attempt):
    """Memory that training a point asks for, from its predicted cost; more with each attempt."""
    cell = sizes.cell_shape(point, config["grid"])
    return cost.request_mb(cost.predict(point, cell, len(CALCULATIONS)), attempt)


def beside_the_base(name):
    """Points that differ from the first one in a hyperparameter alone, that one included, by the
    value as it is spelled, ascending."""
    base, alike = next(iter(POINTS.values())), {}
    for point, values in POINTS.items():
        if all(values[key] == base[key] for key in sweep.HYPERPARAMETERS if key != name):
            alike[point] = values[name]
    order = sorted(alike, key=lambda point: str(alike[point]).zfill(20))  # numbers by size
    return {sweep.spelled(alike[point]): point for point in order}


def hyperparameters(wildcards):
    """Labels of a point in the report: the hyperparameters that are swept."""
    return {name: sweep.spelled(POINTS[wildcards.point][name]) for name in SWEPT}


def made_since(figures, file=None):
    """Those of the figures that are there and are no older than a file, where that is there."""
    since = Path(file).stat().st_mtime if file and Path(file).is_file() else 0
    made = [str(figure) for figure in figures if Path(figure).is_file()]
    return [figure for figure in made if Path(figure).stat().st_mtime >= since]


RESULTS = config["results"].rstrip("/")
CALCULATIONS = found_calculations()

OWN_LABEL_TABLE = Path(config["calculations"], "labels.csv")
LABEL_TABLE = str(OWN_LABEL_TABLE) if OWN_LABEL_TABLE.is_file() else config["labels"]
TABLE_LABELS = read_table_labels(LABEL_TABLE)

SWEEP_POINTS = swept_points()
SPACE = Paramspace(
    pd.DataFrame(sweep.swept_columns(SWEEP_POINTS), dtype=str),
    filename_params="*",
    single_wildcard="point",
)
POINTS = dict(zip(SPACE.instance_patterns, SWEEP_POINTS, strict=True))
SWEPT = list(SPACE.dataframe.columns)
MODEL = f"{RESULTS}/models/{SPACE.wildcard_pattern}"

EVIDENCE_POINTS = plan.points(config)
checked([each.point for each in EVIDENCE_POINTS])


def require_writable(folder):
    """End the run, in one line, where a folder, or the one that it is to be made in, takes no
    file: Snakemake would stop at some job."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        sys.exit(
            f"config: results: {folder} cannot be written: allow writing in {existing}, or give "
            "another folder by --config results=PATH"
        )


onstart:
    require_writable(Path(RESULTS).absolute())


wildcard_constraints:
    calculation=r"[A-Za-z0-9._-]+",
    point=r"[^/]+",
