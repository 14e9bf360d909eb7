"""Names shared by the rules: the checked config, the calculations, the points of the sweep."""

import hashlib
import os
import sys
import time
from dataclasses import asdict
from functools import cache
from pathlib import Path

# Of this file, not of the Snakefile that was started: the workflow may be a module of another.
HOME = Path(workflow.current_basedir.get_path_or_uri(secret_free=True)).parents[1]
WORKFLOW = HOME / "workflow"

# The library travels with the workflow: here for this file, in PYTHONPATH for the scripts.
sys.path.insert(0, str(WORKFLOW))
os.environ.update(
    PYTHONPATH=os.pathsep.join(filter(None, [str(WORKFLOW), os.environ.get("PYTHONPATH")]))
)

from spinlens.calculations import cell_lengths, listing, published, shards
from spinlens.calculations.find import stamp
from spinlens.calculations.folder_tree import without_charge_file
from spinlens.core import (
    checksums,
    fingerprint,
    job_end,
    process,
    run_records,
    slurm,
    slurm_watch,
    terminal,
)
from spinlens.core.errors import SpinlensError
from spinlens.core.files import up_to_date
from spinlens.crystal import formulas
from spinlens.evidence import files as evidence_files
from spinlens.evidence import plan, study
from spinlens.models import cost
from spinlens.settings import (
    data_defaults,
    hyperparameters,
    label_names,
    resolution,
    sizes,
    target_names,
    validation,
)
from spinlens.splits import folds

if not os.access(".snakemake" if Path(".snakemake").is_dir() else ".", os.W_OK | os.X_OK):
    sys.exit(
        f"{Path.cwd()} cannot be written, and Snakemake keeps its records there: work in a folder of "
        f"your own by --snakefile {HOME / 'Snakefile'} --directory PATH"
    )
process.call_by_name()
terminal.list_only_changed_parameters()
BEGAN = time.time()
PROFILE = resolution.profile_of(sys.argv[1:], os.environ)
if not workflow.is_main_process:
    job_end.ignore_warning()
    slurm_watch.note_end(workflow.logger_manager.logger)
elif lost := resolution.lost_routing(sys.argv[1:], PROFILE):
    sys.exit(lost)
if workflow.is_main_process:
    JOBS = terminal.follow(
        workflow.logger_manager.plugin_handlers, workflow.logger_manager.logger, workflow.dryrun
    )
try:
    DEFAULTS = resolution.read_defaults(HOME / "config.yaml")
    RESOLVED = resolution.resolve(config, DEFAULTS, HOME)
    validation.check(RESOLVED)
    GIVEN = dict(config)
except SpinlensError as fault:
    sys.exit(str(fault))
config.clear()
config.update(RESOLVED)


def code(script):
    """Fingerprint of a script and of the library modules it reaches: an edit reruns its rule."""
    return fingerprint.fingerprint(WORKFLOW / "scripts" / script)


def growing(amount):
    """A resource request that is multiplied by the attempt number."""
    return lambda wildcards, attempt: amount * attempt


def settings(*keys):
    """The named keys of the config in one dict: Snakemake compares parameters as a set."""
    return {key: config[key] for key in keys}


def or_exit(place, function, *arguments):
    """Result of a function; if it raises, exit with one line that begins with the place."""
    try:
        return function(*arguments)
    except (OSError, ValueError) as fault:
        sys.exit(f"{place}: {fault}")


def warn(place, lines):
    """Print a line for each, once: not in the jobs."""
    if workflow.is_main_process:
        for line in filter(None, lines):
            logger.warning(f"{place}: {line}")


def found_calculations(key="calculations"):
    """Calculations by id, found once, when the workflow is parsed: the DAG is static."""
    place, is_job = (config[key], config["pattern"]), not workflow.is_main_process
    found = or_exit("config", listing.calculations, *place, key, is_job)
    if not is_job and not workflow.dryrun:
        or_exit("config", listing.write, *place, found)
    return found


def read_table_labels(path):
    """Rows of the label table by calculation; empty without a table."""
    schema = WORKFLOW / "schemas" / "labels.schema.yaml"
    jobs = (not workflow.is_main_process, workflow.is_main_process and not workflow.dryrun)
    return or_exit("config: labels", listing.label_table, path, schema, *jobs) if path else {}


def report_labels(wildcards):
    """Labels of a point in the report: the hyperparameters that are swept."""
    return {name: hyperparameters.spelled(POINTS[wildcards.point].get(name)) for name in SWEPT}


def single_split_fits(wildcards):
    """Folders of the fits of an evidence point on the single split: true labels, then permuted."""
    return evidence_files.single_split_fits(RESULTS, evidence_point(wildcards))


def single_split_filters(wildcards):
    """Filters of those fits, a file per network, for a script's parameters."""
    return evidence_files.single_split_filters(RESULTS, evidence_point(wildcards))


def results_folder():
    """The folder of results, moved by the `prefix` of a module, which then moves nothing else: the
    library writes below this folder, and the calculations are found where the config says."""
    folder = config["results"].rstrip("/")
    moved = workflow.modifier.path_modifier.replace_prefix(f"{folder}/").rstrip("/")
    if moved == folder and workflow.modifier.path_modifier.modifies_prefixes:
        sys.exit(f"module: replace_prefix moves {folder}, the folder of results, and nothing else")
    workflow.modifier.path_modifier = type(workflow.modifier.path_modifier)(None, None, workflow)
    return moved


def evidence_point(wildcards):
    """The evidence point of a job."""
    return FITTED[wildcards.point, wildcards.target]


def places(points):
    """Names and targets of evidence points, as `expand` with zip takes them."""
    return {"point": [each.name for each in points], "target": [each.target for each in points]}


RESULTS = results_folder()
or_exit("config", resolution.require_folder, RESULTS)
if workflow.is_main_process:
    if damaged := checksums.changed_line(RESULTS):
        sys.exit(damaged)
    if run_records.restore(RESULTS):
        run_records.INCOMPLETE.mkdir(parents=True, exist_ok=True)
    run_records.mark_unfinished(RESULTS)
    JOBS.after_each.append(run_records.Keeper(RESULTS).job_finished)
    process.at_end(run_records.keep, RESULTS)
    process.at_end(fingerprint.keep)
CALCULATIONS = found_calculations()
LENGTHS = None if config["grid"] else cell_lengths.longest(list(CALCULATIONS.values()))
FITTED_CONFIG, CHOSEN = or_exit("config", data_defaults.fitted, config, GIVEN, LENGTHS)
config.update(FITTED_CONFIG)
warn("config", CHOSEN)
# Its name says the format, which therefore is known before any job: one file, or a store of many.
DATASET_NAME = sizes.dataset_name(len(CALCULATIONS), config["grid"], config["zarr_from_gb"])
DATASET = f"{RESULTS}/{DATASET_NAME}"
SHARDS = shards.divide(CALCULATIONS, f"{RESULTS}/calculations")
# A table of records for each shard of many calculations; else the records themselves.
RECORDS = shards.outputs(CALCULATIONS, f"{RESULTS}/calculations")
# Runs of GPAW that have ended, known by what was asked of it. No output of a rule: Snakemake removes
# outputs that it is to make anew, and an edit must not cost hours of computing.
GPAW_RUNS = f"{RESULTS}/structures/gpaw_runs"

OWN_LABEL_TABLE = Path(config["calculations"], "labels.csv")
LABEL_TABLE = str(OWN_LABEL_TABLE) if OWN_LABEL_TABLE.is_file() else config["labels"]
TABLE_LABELS = read_table_labels(LABEL_TABLE)
UNMATCHED = or_exit(
    "config: labels", label_names.unmatched_rows, LABEL_TABLE or "", TABLE_LABELS, CALCULATIONS
)
warn("config: labels", [UNMATCHED])
if config["labels"] not in (None, LABEL_TABLE):
    warn("config: labels", [f"{config['labels']} is not read, because {LABEL_TABLE} exists"])
# Of each calculation, what is known before any job: from its path and the table.
KNOWN_LABELS = {
    name: each.names | TABLE_LABELS.get(name, {}) for name, each in CALCULATIONS.items()
}
or_exit("config", label_names.check, config, DEFAULTS, KNOWN_LABELS)
OWN_EVIDENCE, PASSED_OVER = data_defaults.evidence(config, DEFAULTS, KNOWN_LABELS.values())
if "calculations" in GIVEN:
    config.update(OWN_EVIDENCE)
    warn("config", PASSED_OVER if "evidence" in sys.argv else [])  # the main job needs none
# What the comparison of magnetic orders depends on: for constants and for the exchange filter.
EXCHANGE_KEYS = (
    "starting_moments",
    "orders",
    "order_cells",
    "cell_height",
    "exchange_shells",
    "exchange_moment_tolerance",
    "exchange_spins",
    "exchange_energy_uncertainty_meV",
)
PUBLISHED = HOME / "resources" / "published_moments.csv"

STUDY = or_exit("config", study.study, config)
POINTS, SWEPT, MULTIPLES = STUDY.points, STUDY.swept, STUDY.varied_alone
MODEL = f"{RESULTS}/models/{{point}}"
# The last point of `points`, or of the sweep: an attribution takes a minute a point.
ATTRIBUTED = list(POINTS)[-1:]

EVIDENCE_POINTS, FITTED = STUDY.evidence_points, STUDY.fitted
REPEATED_SPLITS, PERMUTATION_GROUP = STUDY.repeated_splits, STUDY.permutation_group
TARGETS, SPLITS, INPUT_VIEWS = STUDY.targets, STUDY.splits, STUDY.input_views
FIT = f"{RESULTS}/fits/{{point}}/{{target}}/{{split}}/{{fold}}/{{labels}}"
PERMUTED = places([each for each in EVIDENCE_POINTS if each.permutations])
STEERABLE_PERMUTED = places(
    [each for each in EVIDENCE_POINTS if each.permutations and sizes.is_steerable(each.point)]
)


onstart:
    or_exit("config", resolution.require_writable, RESULTS)
    Path(RESULTS, checksums.FOLDER).mkdir(parents=True, exist_ok=True)
    if getattr(workflow.executor_plugin, "name", "") == "slurm" and (
        left := slurm.left_jobs_line(Path.cwd())
    ):
        sys.exit(left)


onsuccess:
    from spinlens.report.first_page import closing_line

    terminal.at_the_end(list(filter(None, [closing_line(RESULTS, BEGAN)])))


onerror:
    terminal.at_the_end(terminal.failure_lines([*JOBS.failed.values()], sys.argv[1:]))


wildcard_constraints:
    calculation=r"[A-Za-z0-9._-]+",
    shard=r"\d{3}",
    point=r"[^/]+",


@cache
def longest_training():
    """Minutes that the partition of trainings allows; None without a limit or without SLURM."""
    partition = resolution.training_partition(PROFILE)
    return slurm.minutes_of(partition) if partition else None


def training_minutes(wildcards, attempt):
    """Minutes that a training requests, at most what its partition allows."""
    asked = config["training_minutes"] * attempt
    return min(asked, longest_training() or asked)


def request_mb(point, attempt):
    """Memory that training a point requests, from its predicted cost and the attempt number."""
    cell = sizes.cell_shape(point, config["grid"])
    return cost.request_mb(cost.predict(point, cell, len(CALCULATIONS)), attempt)


def split_file(point, split):
    """Table of the training and validation folds of a split, for a point's target."""
    return f"{RESULTS}/splits/{target_names.name(point)}/{folds.name(split)}.tsv"


def fold_choices(wildcards):
    """Overrides among which a fold of a nested point chooses; none on the single split."""
    nested = evidence_point(wildcards).nested and SPLITS[wildcards.split]["kind"] == "folds"
    return config["evidence_choices"] if nested else []


def applied_models():
    """Models that `predict` applies, as they are: a model that is out of date is not retrained."""
    from spinlens.models import load

    return or_exit(
        "predict", load.applied, RESULTS, config["model"], config["predict_calculations"]
    )


def needed(key):
    """The value of a config key that a target cannot do without."""
    if config[key] is None:
        sys.exit(f"config: {key}: this target needs it")
    return config[key]


def command_asks_for(target):
    """Whether this command names a target; in a module the name has a prefix."""
    return any(asked.endswith(target) for asked in workflow.dag_settings.targets)


def digest(file):
    """Fingerprint of a file other than Python. Never its text: the report shows parameters, and
    markup among them would break its page."""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:16]


@cache
def gpaw_plan():
    """Compositions that GPAW is to run; planned only if one of its jobs is, because it imports
    pymatgen."""
    from spinlens.structures import plan as structure_plan

    or_exit("config", structure_plan.check_gpaw, config)
    return or_exit("structures failed", structure_plan.planned, config)


def gpaw_folders():
    """Folders of the calculations that GPAW is to run."""
    return [
        f"{RESULTS}/structures/gpaw/{formula}_{order}"
        for formula, planned in gpaw_plan().items()
        for order in planned.computed["orders"]
    ]


@cache
def asked_structures():
    """Files of the structures whose spin density is to be predicted, by name; looked up only for
    that job, because it imports pymatgen."""
    from spinlens.structures import parent

    if config["structures"] is None:
        sys.exit("config: structures: name a POSCAR, a .cif or a folder of them")
    return or_exit("config", parent.structure_files, config["structures"])
