"""The cluster profiles and the Snakefile name the same rules, and GPU rules go where GPUs are."""

import ast
import re

import pytest
import yaml

from paths import ROOT
from spinlens.core.fingerprint import dependencies

RULE_FILES = [ROOT / "Snakefile", *sorted((ROOT / "workflow" / "rules").glob("*.smk"))]
HEAD = r"^(?:rule |checkpoint |use rule \w+ as )(\w+)(?: with)?:"
RULE = re.compile(HEAD + r"(.*?)(?=^\S|\Z)", re.DOTALL | re.MULTILINE)
SCRIPT = re.compile(r"^    script:\s+\"\.\./scripts/([\w/]+\.py)\"", re.MULTILINE)
FRAMEWORKS = {"tensorflow", "keras", "jax"}


def profile(name):
    text = (ROOT / "profiles" / name / "config.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)


def rules():
    """Each rule's script, or None where it has none."""
    texts = "".join(file.read_text(encoding="utf-8") + "\n" for file in RULE_FILES)
    scripts = {name: SCRIPT.search(body) for name, body in RULE.findall(texts)}
    return {name: script and script.group(1) for name, script in scripts.items()}


def trains(script):
    """Whether a script, or any module of the library behind it, imports a framework."""
    files = dependencies(ROOT / "workflow" / "scripts" / script)
    return any(FRAMEWORKS & imported(file) for file in files if file.suffix == ".py")


def imported(file):
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names.add(node.module.split(".")[0])
    return names


def unknown_rules(settings, known):
    """Names in a profile's set-resources, set-threads and groups that are no rule's."""
    keys = ("set-resources", "set-threads", "groups")
    return {name for key in keys for name in settings.get(key, {})} - set(known)


def misrouted(settings, scripts):
    """Rules that train but do not get what a GPU job gets, and rules that get it in vain."""
    gpu = settings["gpu-job"]
    routed = {rule for rule, own in settings["set-resources"].items() if gpu.items() <= own.items()}
    return routed ^ {rule for rule, script in scripts.items() if script and trains(script)}


def test_the_rules_are_found():
    found = rules()
    assert found["train"] == "training/train.py"
    assert found["split"] == "calculations/split.py"
    assert found["all"] is None and "split_new" in found
    directives = "".join(file.read_text(encoding="utf-8") for file in RULE_FILES).count(" script:")
    assert len([script for script in found.values() if script]) == directives


@pytest.mark.parametrize("name", ["slurm", "queue"])
def test_every_rule_that_a_profile_names_is_in_the_snakefile(name):
    assert unknown_rules(profile(name), rules()) == set()


def test_a_renamed_rule_is_noticed():
    renamed = {"train_model" if name == "train" else name: s for name, s in rules().items()}
    assert unknown_rules(profile("slurm"), renamed) == {"train"}
    assert misrouted(profile("slurm"), renamed) == {"train", "train_model"}


@pytest.mark.parametrize("name", ["slurm", "queue"])
def test_every_rule_that_imports_a_framework_and_no_other_is_a_gpu_job(name):
    assert misrouted(profile(name), rules()) == set()


@pytest.mark.parametrize(
    "script, expected", [("training/train.py", True), ("calculations/split.py", False)]
)
def test_frameworks_are_seen_through_the_library(script, expected):
    assert trains(script) == expected


def test_gpus_are_asked_for_by_gres_on_another_partition():
    settings = profile("slurm")
    assert set(settings["gpu-job"]) == {"slurm_partition", "gres"}
    assert settings["slurm-requeue"] is True
    assert settings["gpu-job"]["gres"].startswith("gpu:")
    defaults = settings["default-resources"]
    assert "gres" not in defaults
    assert defaults["slurm_partition"] != settings["gpu-job"]["slurm_partition"]


def test_the_profile_of_a_laptop_takes_nothing_from_the_cluster():
    """It is merged on top of the cluster's, key by key, whatever the cluster's says."""
    laptop, cluster = profile("default"), profile("slurm")
    assert {key for key in laptop.keys() & cluster.keys() if laptop[key] != cluster[key]} == set()
    assert laptop["rerun-incomplete"] and laptop["keep-going"]


def test_retries_are_submitted_anew():
    """A rule's own `retries` would stay inside the first submission, with its memory."""
    assert profile("slurm")["retries"] >= 1
    texts = "".join(file.read_text(encoding="utf-8") for file in RULE_FILES)
    assert not re.search(r"^\s+retries:", texts, re.MULTILINE)
    assert "* attempt" in profile("slurm")["default-resources"]["mem_mb"]


def test_the_profile_is_found_by_the_name_that_one_types():
    assert (ROOT / "slurm").is_symlink()
    assert (ROOT / "slurm").resolve() == ROOT / "profiles" / "slurm"


def test_arrays_were_tried_with_the_plugin_that_is_pinned():
    """Another version is a reason to try them again: docs/howto/clusters.md says what happened."""
    page = (ROOT / "docs" / "howto" / "clusters.md").read_text(encoding="utf-8")
    tried = re.search(r"with snakemake-executor-plugin-slurm ([\d.]+),", page).group(1)
    pinned = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"snakemake-executor-plugin-slurm=={tried}"' in pinned
    assert "slurm-array-jobs" not in profile("slurm")
