"""Names shared by the rules: the checked config, the calculations, the points of the sweep."""

import atexit
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

from spinlens.calculations import cell_lengths, published
from spinlens.calculations.find import find, stamp
from spinlens.calculations.label_table import read_label_table
from spinlens.calculations.folder_tree import without_charge_file
from spinlens.core import checksums, process, run_records, slurm, terminal
from spinlens.core.errors import SpinlensError
from spinlens.core.files import up_to_date
from spinlens.core.fingerprint import fingerprint
from spinlens.crystal import formulas
from spinlens.dataset import targets
from spinlens.evidence import files as evidence_files
from spinlens.evidence import plan
from spinlens.models import cost
from spinlens.settings import (
    data_defaults,
    hyperparameters,
    label_names,
    resolution,
    sizes,
    sweep,
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
    process.ignore_warning()
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
    return fingerprint(WORKFLOW / "scripts" / script)


def digest(file):
    """Fingerprint of a file other than Python. Never its text: the report shows parameters, and
    markup among them would break its page."""
    return hashlib.sha256(Path(file).read_bytes()).hexdigest()[:16]


def growing(amount):
    """A resource request that is multiplied by the attempt number."""
    return lambda wildcards, attempt: amount * attempt


@cache
def longest_training():
    """Minutes that the partition of trainings allows; None without a limit or without SLURM."""
    own = (PROFILE.get("set-resources") or {}).get("train", {})
    slurm_runs_it = PROFILE.get("executor") == "slurm" and "slurm_partition" in own
    return slurm.minutes_of(own["slurm_partition"]) if slurm_runs_it else None


def training_minutes(wildcards, attempt):
    """Minutes that a training requests, at most what its partition allows."""
    asked = config["training_minutes"] * attempt
    return min(asked, longest_training() or asked)


def settings(*keys):
    """The named keys of the config in one dict: Snakemake compares parameters as a set."""
    return {key: config[key] for key in keys}


def or_exit(place, function, *arguments):
    """Result of a function; if it raises, exit with one line that begins with the place."""
    try:
        return function(*arguments)
    except (OSError, ValueError) as fault:
        sys.exit(f"{place}: {fault}")


def found_calculations(key="calculations"):
    """Calculations by id, found once, when the workflow is parsed: the DAG is static."""
    found = or_exit("config", find, config[key], config["pattern"], key)
    if not found and config["pattern"] and (without := find(config[key])):
        sys.exit(
            f"config: pattern: no file below {config[key]} matches {config['pattern']}, for example "
            f"{Path(without[0].charge_file).relative_to(config[key])}"
        )
    if not found:
        alike = without_charge_file(config[key], config["pattern"])
        hint = "".join(f"; {each['source']}: {each['reason']}" for each in alike[:1])
        sys.exit(
            f"config: {key}: no CHGCAR in any folder of {config[key]}, no Chgcar of pymatgen in "
            f".json, no pair of .cube files{hint}"
        )
    return {calculation.id: calculation for calculation in found}


def read_table_labels(path):
    """Rows of the label table by calculation; empty without a table."""
    schema = WORKFLOW / "schemas" / "labels.schema.yaml"
    return or_exit("config: labels", read_label_table, path, schema) if path else {}


def require_short(target):
    """Stop with one line if the name of a target, of which folders are named, is too long."""
    if len(target) > hyperparameters.LONGEST_NAME:
        raise SpinlensError(
            f"target: its name would have {len(target)} characters, more than "
            f"{hyperparameters.LONGEST_NAME}: give fewer edges of `classes`, or a shorter label"
        )


def check_points(points, key):
    """Stop with one line unless every network fits the grid and every target is valid."""
    for name, point in points:
        try:
            sizes.check(point, sizes.cell_shape(point, config["grid"]))
            require_short(targets.name(point))
        except SpinlensError as fault:
            sys.exit(f"config: {fault} (the point {name} of {key})")


def known_labels():
    """Labels of each calculation that are known before any job, from its path and the table."""
    return {name: each.names | TABLE_LABELS.get(name, {}) for name, each in CALCULATIONS.items()}


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


def applied_models():
    """Models that `predict` applies, as they are: a model that is out of date is not retrained."""
    from spinlens.models import load

    return or_exit(
        "predict", load.applied, RESULTS, config["model"], config["predict_calculations"]
    )


def request_mb(point, attempt):
    """Memory that training a point requests, from its predicted cost and the attempt number."""
    cell = sizes.cell_shape(point, config["grid"])
    return cost.request_mb(cost.predict(point, cell, len(CALCULATIONS)), attempt)


def report_labels(wildcards):
    """Labels of a point in the report: the hyperparameters that are swept."""
    return {name: hyperparameters.spelled(POINTS[wildcards.point][name]) for name in SWEPT}


def split_file(point, split):
    """Table of the training and validation folds of a split, for a point's target."""
    return f"{RESULTS}/splits/{targets.name(point)}/{folds.name(split)}.tsv"


def single_split_fits(wildcards):
    """Folders of the fits of an evidence point on the single split: true labels, then permuted."""
    point = evidence_point(wildcards)
    true, permuted = point.single_split_fits, point.permuted_fits
    return {
        "fits": evidence_files.fit_folders(RESULTS, true),
        "null": evidence_files.fit_folders(RESULTS, permuted),
    }


def single_split_filters(wildcards):
    """Filters of those fits, a file per network, for a script's parameters."""
    point = evidence_point(wildcards)
    split = folds.single_split(point.point)
    true, permuted = point.single_split_fits, point.permuted_fits
    files = [
        evidence_files.network_files(RESULTS, fits, split, "filters.nc")
        for fits in (true, permuted)
    ]
    return dict(zip(("fits", "null"), files, strict=True))


def results_folder():
    """The folder of results, moved by the `prefix` of a module, which then moves nothing else: the
    library writes below this folder, and the calculations are found where the config says."""
    folder = config["results"].rstrip("/")
    moved = workflow.modifier.path_modifier.replace_prefix(f"{folder}/").rstrip("/")
    if moved == folder and workflow.modifier.path_modifier.modifies_prefixes:
        sys.exit(f"module: replace_prefix moves {folder}, the folder of results, and nothing else")
    workflow.modifier.path_modifier = type(workflow.modifier.path_modifier)(None, None, workflow)
    return moved


def command_asks_for(target):
    """Whether this command names a target; in a module the name has a prefix."""
    return any(asked.endswith(target) for asked in workflow.dag_settings.targets)


def evidence_point(wildcards):
    """The evidence point of a job."""
    return FITTED[wildcards.point, wildcards.target]


def fold_choices(wildcards):
    """Overrides among which a fold of a nested point chooses; none on the single split."""
    nested = evidence_point(wildcards).nested and SPLITS[wildcards.split]["kind"] == "folds"
    return config["evidence_choices"] if nested else []


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
    JOBS.after_each.append(run_records.Keeper(RESULTS).job_finished)
    atexit.register(run_records.keep, RESULTS)
CALCULATIONS = found_calculations()
LENGTHS = None if config["grid"] else cell_lengths.longest(list(CALCULATIONS.values()))
FITTED_CONFIG, CHOSEN = data_defaults.fitted(config, GIVEN, LENGTHS)
config.update(FITTED_CONFIG)
if workflow.is_main_process:
    for line in CHOSEN:
        logger.warning(f"config: {line}")
RECORDS = expand(f"{RESULTS}/calculations/{{calculation}}.nc", calculation=sorted(CALCULATIONS))

OWN_LABEL_TABLE = Path(config["calculations"], "labels.csv")
LABEL_TABLE = str(OWN_LABEL_TABLE) if OWN_LABEL_TABLE.is_file() else config["labels"]
TABLE_LABELS = read_table_labels(LABEL_TABLE)
UNMATCHED = or_exit(
    "config: labels", label_names.unmatched_rows, LABEL_TABLE or "", TABLE_LABELS, CALCULATIONS
)
if UNMATCHED and workflow.is_main_process:
    logger.warning(f"config: labels: {UNMATCHED}")
if config["labels"] not in (None, LABEL_TABLE) and workflow.is_main_process:
    logger.warning(f"config: labels: {config['labels']} is not read, because {LABEL_TABLE} exists")
or_exit("config", label_names.check, config, DEFAULTS, known_labels())
OWN_EVIDENCE, PASSED_OVER = data_defaults.evidence(config, DEFAULTS, known_labels().values())
if "calculations" in GIVEN:
    config.update(OWN_EVIDENCE)
    if workflow.is_main_process and "evidence" in sys.argv:  # of no interest to the main job
        for line in PASSED_OVER:
            logger.warning(f"config: {line}")
PUBLISHED = HOME / "resources" / "published_moments.csv"

POINTS = or_exit("config", sweep.points, config)
check_points(POINTS.items(), "the sweep")
SWEPT = hyperparameters.varied(POINTS.values())
MODEL = f"{RESULTS}/models/{{point}}"
MULTIPLES = {
    name: found
    for name in SWEPT
    if (found := hyperparameters.varied_alone(POINTS, name, next(iter(POINTS.values()))))
}
# The last point of `points`, or of the sweep: an attribution takes a minute a point.
ATTRIBUTED = list(POINTS)[-1:]

EVIDENCE_POINTS = or_exit("config", plan.points, config)
check_points([(each.name, each.point) for each in EVIDENCE_POINTS], "evidence_points")
FITTED = {(each.name, each.target): each for each in EVIDENCE_POINTS}
TWICE = [each for each in EVIDENCE_POINTS if FITTED[each.name, each.target] is not each]
if TWICE:
    sys.exit(
        f"config: evidence_points: two points of the target {TWICE[0].target} are named "
        f"{TWICE[0].name}, which permutations, train_fraction, split_seed and seed do not change: "
        "keep one of them, or give one another `name`"
    )
FIT = f"{RESULTS}/fits/{{point}}/{{target}}/{{split}}/{{fold}}/{{labels}}"
PERMUTED = places([each for each in EVIDENCE_POINTS if each.permutations])
STEERABLE_PERMUTED = places(
    [each for each in EVIDENCE_POINTS if each.permutations and sizes.is_steerable(each.point)]
)

REPEATED_SPLITS = folds.repeated_splits(config)
# What permuted labellings keep together: the label of the first split that has one of its own.
PERMUTATION_GROUP = next(
    (e["group"] for e in REPEATED_SPLITS if e["group"] != "formula"), "formula"
)
EVERY_POINT = [*POINTS.values(), *(each.point for each in EVIDENCE_POINTS)]
SPLITS = {
    folds.name(each): each for each in [*map(folds.single_split, EVERY_POINT), *REPEATED_SPLITS]
}
# Points by what their networks receive: baselines of the input are fitted once for all of them.
INPUT_VIEWS = {
    evidence_files.input_view(point): evidence_files.input_of(point) for point in EVERY_POINT
}
TARGETS = {
    targets.name(point): {key: point[key] for key in targets.HYPERPARAMETERS}
    for point in EVERY_POINT
}


def require_writable(folder):
    """Stop with one line if a folder, or the one it is to be made in, is not writable."""
    existing = next(path for path in (folder, *folder.parents) if path.exists())
    if not os.access(existing, os.W_OK | os.X_OK):
        sys.exit(
            f"config: results: {folder} cannot be written: allow writing in {existing}, or give "
            "another folder by --config results=PATH"
        )


onstart:
    require_writable(Path(RESULTS).absolute())
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
    point=r"[^/]+",
