"""Calculated moments and ground states beside published ones, where there are such."""

from spinlens import published

PUBLISHED = Path(workflow.basedir, "resources", "published_moments.csv")


rule agreement:
    """Compare moments and ground states with the published ones."""
    input:
        records=RECORDS,
        published=PUBLISHED,
    output:
        table=f"{RESULTS}/agreement.tsv",
        figure=report(
            f"{RESULTS}/figures/agreement.svg",
            caption="../report/agreement.rst",
            category="Agreement",
            labels={"shows": "moments and ground states, calculated and published"},
        ),
        page=report(
            f"{RESULTS}/figures/agreement.html",
            caption="../report/agreement_table.rst",
            category="Agreement",
            labels={"shows": "table of the compositions"},
        ),
    log:
        f"{RESULTS}/logs/agreement.log",
    benchmark:
        f"{RESULTS}/benchmarks/agreement.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("agreement.py"),
    script:
        "../scripts/agreement.py"


# In the main job where the label table names a composition that was published.
if PUBLISHED.is_file():
    KNOWN = published.read(PUBLISHED)
    if any(published.composition(own.get("formula")) in KNOWN for own in TABLE_LABELS.values()):
        FIGURES += [rules.agreement.output.figure, rules.agreement.output.page]
