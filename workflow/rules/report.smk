"""The report: Snakemake's own, over everything that the main job has made."""

FIRST_PAGE = Path(RESULTS, "summary.rst").resolve()


# Snakemake plans the report after the run, when the first page is there.
report: str(FIRST_PAGE) if FIRST_PAGE.is_file() else "../report/workflow.rst"


REPORT_TEXTS = sorted((WORKFLOW / "report").glob("*.rst"))

# What `snakemake benchmarks` and `snakemake evidence` have drawn is in the report, too, unless it
# speaks of another dataset. It is no input: the main job never makes it anew.
FOUND = [
    *made_since([*rules.draw_benchmarks.output, *rules.scale_table.output]),
    *made_since(rules.filter_evidence_figure.output, f"{RESULTS}/descriptors.nc"),
    *made_since(STEERABLE_EVIDENCE, f"{RESULTS}/descriptors.nc"),
]


rule summary:
    """Write the first page of the report."""
    input:
        samples=f"{RESULTS}/samples.tsv",
        excluded=f"{RESULTS}/excluded.tsv",
        sweep=f"{RESULTS}/sweep.tsv",
        evidence=f"{RESULTS}/evidence.tsv",
    output:
        f"{RESULTS}/summary.rst",
    log:
        f"{RESULTS}/logs/summary.log",
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        # In a dict, because braces in a parameter of text are taken for wildcards.
        template={"text": (WORKFLOW / "report" / "workflow.rst").read_text(encoding="utf-8")},
        code=code("summary.py"),
    script:
        "../scripts/summary.py"


rule resolved_config:
    """Keep the config as this run resolved it, command line included."""
    output:
        f"{RESULTS}/config.yaml",
    log:
        f"{RESULTS}/logs/resolved_config.log",
    conda:
        "../../envs/plots.yaml"
    params:
        config=config,
        code=code("resolved_config.py"),
    script:
        "../scripts/resolved_config.py"


rule figures:
    """Every figure and table of the report, without the report."""
    input:
        FIGURES,
        f"{RESULTS}/config.yaml",


rule render_report:
    """Write the report over the finished outputs."""
    input:
        rules.figures.input,
        rules.summary.output,
    output:
        f"{RESULTS}/report.html",
    log:
        f"{RESULTS}/logs/render_report.log",
    localrule: True
    conda:
        "../../envs/plots.yaml"
    params:
        found={figure: Path(figure).stat().st_mtime for figure in FOUND},
        texts={text.name: text.read_text(encoding="utf-8") for text in REPORT_TEXTS},
        code=code("render_report.py"),
    script:
        "../scripts/render_report.py"
