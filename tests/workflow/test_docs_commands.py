"""Commands of the pages plan without an error, with the config files that the pages write."""

import re
import shlex
import shutil
import subprocess
import sys

import pytest

import small_project
from paths import ROOT

PAGES = [ROOT / "docs" / page for page in ("tutorials", "howto")]
PLACES = {
    "/data/runs": "resources/spin_densities",
    "/scratch/runs": "resources/spin_densities",
    "calculations=results/orders/structures/gpaw": "calculations=resources/exchange",
    "calculations=results/structures/gpaw": "calculations=resources/exchange",
    "calculations=results/structures/vasp": "calculations=resources/spin_densities",
    "/path/to/runs": "resources/spin_densities",
    "/path/to/": "",
    "/POINT/": "/base/",
    "/data/": "",
    "/scratch/": "",
    "--snakefile CLONE/Snakefile --directory STUDY": "",
}
NEEDS_A_RUN = (" predict ", "--unlock")
BLOCK = re.compile(r"^```(bash|yaml)\n(.*?)^```", re.M | re.S)


def commands(page):
    for language, text in BLOCK.findall(page.read_text(encoding="utf-8")):
        for line in text.splitlines() if language == "bash" else []:
            command = line.split(" #")[0].removeprefix("uv run ").strip()
            if command.startswith("snakemake") and not any(each in line for each in NEEDS_A_RUN):
                yield command


def shown_once():
    """Every command with its page; again only on pages that write a config file of their own."""
    once = set()
    pages = sorted(file for folder in PAGES for file in folder.glob("*.md"))
    for page in [ROOT / "README.md", *pages]:
        for command in commands(page):
            planned = command.replace(" -n", "")
            if planned not in once or "```yaml" in page.read_text(encoding="utf-8"):
                once.add(planned)
                yield f"{page.stem}: {command}", (page, command)


COMMANDS = dict(shown_once())


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    folder = tmp_path_factory.mktemp("clone")
    small_project.copy_workflow(folder)
    (folder / "resources").symlink_to(ROOT / "resources")
    shutil.copytree(ROOT / "profiles" / "slurm", folder / "my_profile")
    (folder / "slurm").symlink_to("profiles/slurm")
    return folder


@pytest.mark.slow
@pytest.mark.parametrize("shown", COMMANDS)
def test_a_command_plans(shown, clone):
    page, command = COMMANDS[shown]
    text = page.read_text(encoding="utf-8")
    blocks = [block for language, block in BLOCK.findall(text) if language == "yaml"]
    for name, block in zip(("my.yaml", "orders.yaml"), blocks * 2, strict=False):
        for place, instead in PLACES.items():
            block = block.replace(place, instead)
        (clone / name).write_text(block, encoding="utf-8")
    if not blocks:
        (clone / "my.yaml").write_text("select: null\n", encoding="utf-8")
    for place, instead in PLACES.items():
        command = command.replace(place, instead)
    program, *arguments = shlex.split(command)
    assert program == "snakemake"
    done = subprocess.run(
        [sys.executable, "-m", "snakemake", "-n", "--quiet", "--cores", "1", *arguments],
        cwd=clone, capture_output=True, text=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


def test_there_are_commands():
    assert len(COMMANDS) >= 15
