"""The order in which rooms import, and what a script or a rule file may reach."""

import ast
import re
from collections.abc import Iterable
from pathlib import Path

import pytest

from paths import ROOT
from spinlens.core.fingerprint import dependencies

LIBRARY = ROOT / "workflow" / "spinlens"
RULES = ROOT / "workflow" / "rules"
ROOMS = (
    "core", "settings", "crystal", "density", "calculations", "structures", "exchange", "dataset",
    "splits", "layers", "models", "training", "filters", "evidence", "prediction", "atoms",
    "plots", "report", "archive", "benchmarks",
)  # fmt: skip
PROSE = re.compile(r'""".*?"""|#[^\n]*', re.DOTALL)
KERAS = ("layers", "models", "training", "filters", "prediction", "atoms", "benchmarks")
ONLY_IN = {
    "matplotlib": ("plots",),
    "pyvista": ("plots",),
    "keras": KERAS,
    "tensorflow": (*KERAS, "core"),  # core prepares devices before Keras is imported
    "pymatgen": ("calculations", "structures", "filters", "crystal", "benchmarks"),
}
DEFINED = re.compile(r"^(?:def (\w+)|([A-Za-z_]\w*)\s*(?::[^=\n]+)?=(?!=))", re.MULTILINE)
IMPORTED = re.compile(r"^(?:from \S+ )?import (.+)$", re.MULTILINE)


def modules() -> list[Path]:
    return sorted(LIBRARY.rglob("*.py"))


def imports(path: Path) -> Iterable[str]:
    """Dotted names of the modules that a file imports, late imports included."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def room(path: Path, library: Path = LIBRARY) -> str:
    return path.relative_to(library).parts[0]


def upward_imports(library: Path) -> list[str]:
    """Imports of a room that stands later in the list, as `file: module`."""
    found = []
    for path in sorted(library.rglob("*.py")):
        for name in imports(path):
            parts = name.split(".")
            if parts[0] == "spinlens" and path.parent != library:
                own, other = room(path, library), parts[1]
                if ROOMS.index(other) > ROOMS.index(own):
                    found.append(f"{path.relative_to(library)}: {name}")
    return found


def names_from_elsewhere(files: dict[str, str]) -> list[str]:
    """Names that a rule file uses although another one than common.smk defines them."""
    found = []
    texts = {name: PROSE.sub("", text) for name, text in files.items()}
    defined = {name: definitions(text) for name, text in texts.items()}
    for name, text in texts.items():
        own = defined[name] | defined["common.smk"]
        for other, theirs in defined.items():
            if other not in (name, "common.smk"):
                found += [
                    f"{name} uses {each} of {other}"
                    for each in sorted(theirs - own)
                    if re.search(rf"(?<![\w.\"'/]){each}(?![\w\"'=]|\s*=[^=])", text)
                ]
    return found


def definitions(text: str) -> set[str]:
    names = {one or other for one, other in DEFINED.findall(text)}
    for line in IMPORTED.findall(text):
        names |= {part.split(" as ")[-1].strip() for part in line.split(",")}
    return names


def test_only_the_map_stands_directly_in_the_library():
    assert [path.name for path in LIBRARY.glob("*.py")] == ["__init__.py"]
    assert {path.name for path in LIBRARY.iterdir() if path.is_dir()} - {"__pycache__"} <= set(
        ROOMS
    )


def test_modules_are_few_and_short():
    """A stranger finds a behaviour in one guess among few names, and reads its module whole."""
    named = [path for path in modules() if path.name != "__init__.py"]
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in named}
    assert len(named) <= 247
    assert [path.name for path in named if lines[path] > 250] == []


def test_the_map_names_every_room_in_order():
    text = (LIBRARY / "__init__.py").read_text(encoding="utf-8")
    named = re.findall(r"^(\w+): ", ast.get_docstring(ast.parse(text)), re.MULTILINE)
    assert tuple(named) == ROOMS


def test_a_room_imports_only_from_rooms_above_it():
    assert upward_imports(LIBRARY) == []


def test_an_upward_import_is_found(tmp_path):
    """Negative control."""
    for name, text in {
        "core/files.py": "from spinlens.plots import style\n",
        "plots/style.py": "def f():\n    import spinlens.core.files\n",
    }.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    assert upward_imports(tmp_path) == ["core/files.py: spinlens.plots.style"]


@pytest.mark.parametrize("package", ONLY_IN)
def test_a_heavy_package_is_imported_only_where_it_is_needed(package):
    using = {
        room(path) for path in modules() for name in imports(path) if name.split(".")[0] == package
    }
    assert using <= set(ONLY_IN[package])


def test_training_reaches_no_evidence_no_plots_and_no_sampling():
    script = ROOT / "workflow" / "scripts" / "training" / "train.py"
    files = [path.relative_to(LIBRARY) for path in dependencies(script) if LIBRARY in path.parents]
    assert Path("training/fit.py") in files, "the closure is that of the library"
    assert [str(f) for f in files if f.parts[0] in ("evidence", "plots")] == []
    assert Path("settings/sweep.py") not in files


def test_the_sampling_of_sweeps_is_reached_by_no_script():
    """Drawing points is done when the workflow is parsed: an edit there must retrain nothing."""
    reaching = [
        script.name
        for script in sorted((ROOT / "workflow" / "scripts").rglob("*.py"))
        if LIBRARY / "settings" / "sweep.py" in dependencies(script)
    ]
    assert reaching == []


def test_no_rule_file_uses_a_name_of_another():
    files = {path.name: path.read_text(encoding="utf-8") for path in RULES.glob("*.smk")}
    assert names_from_elsewhere(files) == []


def test_a_borrowed_name_is_found():
    """Negative control; a rule's own keyword of that name is none."""
    files = {
        "common.smk": "SHARED = 1\n",
        "one.smk": "OWN = [SHARED]\n\n\ndef helper(x):\n    return x\n",
        "two.smk": "rule a:\n    input:\n        OWN,\n    params:\n        helper=3,\n",
    }
    assert names_from_elsewhere(files) == ["two.smk uses OWN of one.smk"]


def test_rule_files_scripts_and_tests_have_the_rooms_names():
    stages = {path.stem.partition("_")[0] for path in RULES.glob("*.smk")} - {"common"}
    scripts = {path.name for path in (ROOT / "workflow" / "scripts").iterdir() if path.is_dir()}
    tests = {path.name for path in (ROOT / "tests" / "unit").iterdir() if path.is_dir()}
    assert stages <= set(ROOMS) and scripts <= set(ROOMS)
    assert tests - {"project", "docs", "__pycache__"} <= set(ROOMS)
