"""Statements of the pages that the code decides."""

import re

import pytest

from paths import ROOT
from spinlens.density.site_moments import SPHERE_RADIUS
from spinlens.evidence import BASELINES, intervals, p_values, verdicts
from spinlens.exchange.constants import NOT_HEISENBERG
from spinlens.structures.orders import HONEYCOMB, HONEYCOMB_NEIGHBOURS

DOCS = ROOT / "docs"


def text(page):
    return " ".join((DOCS / page).read_text(encoding="utf-8").split())


@pytest.mark.parametrize(
    ("page", "statement"),
    [
        ("explanation/statistics.md", f"bootstrap of {intervals.RESAMPLES:,} resamples"),
        ("explanation/statistics.md", f"At least {p_values.LABELLINGS_NEEDED} labellings"),
        ("explanation/statistics.md", f"above {100 * NOT_HEISENBERG:.0f} % of the span"),
        ("explanation/conventions.md", f"a sphere of {SPHERE_RADIUS} Å"),
    ],
)
def test_numbers_are_those_of_the_code(page, statement):
    assert statement in text(page)


def test_every_verdict_is_listed():
    page = text("reference/verdicts.md")
    source = (ROOT / "workflow/spinlens/evidence/verdicts.py").read_text(encoding="utf-8")
    phrases = [
        verdicts.DIVERGED, verdicts.ONE_CLASS, verdicts.AT_THE_MAJORITY_BASELINE,
        verdicts.NOT_CLEARLY_ABOVE, verdicts.BETTER_THAN_EVERY, "not measured",
        f"below {verdicts.MAJORITY_BASELINE}", f"above {verdicts.MAJORITY_BASELINE}",
        f"{verdicts.BETTER_THAN_EVERY} that does not see the integral",
        "one class for every validation sample", "no better than the mean in validation",
        "a number whose R² in validation is undefined",
    ]  # fmt: skip
    assert [phrase for phrase in phrases if f"`{phrase}" not in page] == []
    constants = re.findall(r"^([A-Z_]+) = f?\"", source, re.M)
    assert len(constants) == 5, "a verdict was added: list it on the page and here"
    rows = [f"| `{name}` | {phrase} |" for name, phrase in BASELINES.items()]
    assert [row for row in rows if row not in page] == []


def test_every_baseline_is_explained():
    page = text("explanation/statistics.md")
    assert [name for name in BASELINES if f"| `{name}` |" not in page] == []


def test_every_command_is_a_rule():
    rules = {
        name
        for file in [ROOT / "Snakefile", *(ROOT / "workflow/rules").glob("*.smk")]
        for name in re.findall(r"^rule (\w+):", file.read_text(encoding="utf-8"), re.M)
    }
    page = (DOCS / "reference/commands.md").read_text(encoding="utf-8")
    named = re.findall(r"^\| (?:\(none\), )?`(\w+)` \|", page, re.M)
    assert len(named) > 10 and set(named) <= rules
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    commands = set(re.findall(r"^uv run snakemake (\w+)", readme, re.M)) & rules
    assert commands <= set(named)


def test_energies_of_the_orders_are_those_of_their_bond_sums():
    first, second, third = (number / 2 for number in HONEYCOMB_NEIGHBOURS)
    sums = {"FM": (first, second, third), "Néel": (-first, second, -third)}
    sums |= {name: HONEYCOMB[name] for name in ("zigzag", "stripy")}
    page = (DOCS / "explanation/second_neighbours.md").read_text(encoding="utf-8")
    for name, expected in sums.items():
        terms = re.search(rf"\| {name} \| −\((.*?)\) S² / 2 \|", page)[1].replace("−", "-")
        found = {
            shell: float(f"{sign}{factor or 1}") / 2
            for sign, factor, shell in re.findall(r"(-|\+)? ?(\d?) ?J(\d)", terms)
        }
        assert [found[shell] for shell in "123"] == pytest.approx(expected), name
