"""Each rule's conda environment holds all that its script and the library behind it import."""

import ast
import importlib.metadata
import re
import sys

import pytest
import yaml

from paths import ROOT
from spinlens.core.fingerprint import dependencies

RULE = re.compile(r"^(?:checkpoint|rule) (\w+):\n(.*?)(?=^\S|\Z)", re.DOTALL | re.MULTILINE)
PACKAGES = {
    "mpl_toolkits": "matplotlib", "PIL": "pillow", "skimage": "scikit-image",
    "sklearn": "scikit-learn", "tensorflow": "tensorflow-cpu", "yaml": "pyyaml",
}  # fmt: skip
# Other backends and rivals of the benchmarks, in groups of their own.
OWN = {"spinlens", "snakemake", "jax", "torch", "fft_conv_pytorch"}


def used_together():
    """Script and environment of every rule that has both."""
    for file in sorted((ROOT / "workflow" / "rules").glob("*.smk")):
        for rule, body in RULE.findall(file.read_text(encoding="utf-8")):
            script = re.search(r'"\.\./scripts/([\w/]+\.py)"', body)
            if script:
                environment = re.search(r'"\.\./\.\./envs/(\w+\.yaml)"', body)
                yield pytest.param(environment and environment[1], script[1], id=rule)


def installed(packages):
    """Packages, and all that they require in turn, by what is installed here."""
    found, waiting = set(), list(packages)
    while waiting:
        name = re.sub(r"[-_.]+", "-", waiting.pop()).lower()
        if name not in found:
            found.add(name)
            try:
                required = importlib.metadata.requires(name) or []
            except importlib.metadata.PackageNotFoundError:
                continue
            waiting += [
                re.match(r"[\w.-]+", each)[0] for each in required if "extra ==" not in each
            ]
    return found


def imported(file):
    """Packages that a file imports, anywhere in it."""
    if file.suffix != ".py":
        return set()
    nodes = list(ast.walk(ast.parse(file.read_text(encoding="utf-8"))))
    modules = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    modules += [node.module for node in nodes if isinstance(node, ast.ImportFrom) and node.module]
    names = {module.split(".")[0] for module in modules} - sys.stdlib_module_names - OWN
    return {PACKAGES.get(name, name).lower() for name in names}


def pip_packages(environment):
    entries = yaml.safe_load((ROOT / "envs" / environment).read_text(encoding="utf-8"))
    (pip,) = [entry["pip"] for entry in entries["dependencies"] if isinstance(entry, dict)]
    return [line.split("==")[0] for line in pip]


def missing(packages, script):
    """Packages that a script or a module behind it imports, and an environment has not."""
    files = dependencies(ROOT / "workflow" / "scripts" / script)
    used = set().union(*map(imported, files))
    # `core` prepares devices for scripts that train, by an import within a function.
    used -= {"tensorflow-cpu"} if "keras" not in used else set()
    return used - installed(packages)


@pytest.mark.parametrize(("environment", "script"), list(used_together()))
def test_an_environment_holds_all_that_its_rule_imports(environment, script):
    assert environment is not None, "the rule names no environment"
    assert missing(pip_packages(environment), script) == set()


def test_a_package_that_is_missing_is_named():
    packages = [name for name in pip_packages("keras.yaml") if name not in ("ase", "pymatgen")]
    assert "ase" in missing(packages, "training/train.py")
