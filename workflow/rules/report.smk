"""Tables as pages, the first page, and the report over all results."""

FIRST_PAGE = Path(RESULTS, "summary.rst").resolve()


# Snakemake plans the report after the run, when the first page is there.
report: str(FIRST_PAGE) if FIRST_PAGE.is_file() else "../report/workflow.rst"


REPORT_TEXTS = sorted((WORKFLOW / "report").glob("*.rst"))


rule excluded_table:
    """Write the excluded calculations with their reasons as a table."""
    input:
        f"{RESULTS}/excluded.tsv",
    output:
        report(
            f"{RESULTS}/figures/excluded.html",
            caption="../report/excluded.rst",
            category="Data",
            labels={"shows": "excluded calculations"},
        ),
    log:
        f"{RESULTS}/logs/excluded_table.log",
    benchmark:
        f"{RESULTS}/benchmarks/excluded_table.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("report/excluded_table.py"),
    script:
        "../scripts/report/excluded_table.py"


rule study_tables:
    """Write the accuracy against each hyperparameter alone, as the study's tables do."""
    input:
        metrics=expand(f"{MODEL}/metrics.json", point=POINTS),
        history=expand(f"{MODEL}/history.csv", point=POINTS),
    output:
        table=f"{RESULTS}/study_tables.tsv",
        page=report(
            f"{RESULTS}/figures/study_tables.html",
            caption="../report/study_tables.rst",
            category="Sweep",
            labels={"shows": "the study's tables"},
        ),
    log:
        f"{RESULTS}/logs/study_tables.log",
    benchmark:
        f"{RESULTS}/benchmarks/study_tables.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        points=POINTS,
        base=hyperparameters.of_base(config),
        code=code("report/study_tables.py"),
    script:
        "../scripts/report/study_tables.py"


rule evidence_page:
    """Write the scores and verdicts of every point as a page."""
    input:
        f"{RESULTS}/evidence.tsv",
    output:
        report(
            f"{RESULTS}/figures/evidence.html",
            caption="../report/evidence.rst",
            category="Evidence",
            labels={"shows": "score and verdict of every point"},
        ),
    log:
        f"{RESULTS}/logs/evidence_page.log",
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("report/evidence_page.py"),
    script:
        "../scripts/report/evidence_page.py"


rule resolved_config:
    """Write the config as this run resolved it, command line included."""
    output:
        f"{RESULTS}/config.yaml",
    log:
        f"{RESULTS}/logs/resolved_config.log",
    conda:
        "../../envs/plots.yaml"
    params:
        config=config | {"results": RESULTS},
        code=code("report/resolved_config.py"),
    script:
        "../scripts/report/resolved_config.py"


rule summary:
    """Write the first page of the report."""
    input:
        samples=f"{RESULTS}/samples.tsv",
        excluded=f"{RESULTS}/excluded.tsv",
        selection=f"{RESULTS}/selection.tsv",
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
        code=code("report/first_page.py"),
    script:
        "../scripts/report/first_page.py"


rule figures:
    """Every figure and table of the report, without the report."""
    input:
        expand(rules.point_figures.output, point=POINTS),
        rules.target_figure.output,
        rules.excluded_table.output,
        rules.sweep_figures.output,
        rules.study_tables.output.page,
        rules.evidence_page.output,
        expand(rules.filter_figures.output, point=POINTS),
        expand(rules.filter_multiples.output, hyperparameter=MULTIPLES),
        rules.density_figures.output,
        expand(rules.attribution_figures.output, point=ATTRIBUTED),
        expand(
            rules.steerable_profiles.output.figure,
            point=[name for name, point in POINTS.items() if sizes.is_steerable(point)],
        ),
        branch(
            published.any_known((own.get("formula") for own in TABLE_LABELS.values()), PUBLISHED),
            then=rules.agreement_figure.output,
        ),
        f"{RESULTS}/config.yaml",


# The report also shows existing figures of `snakemake benchmarks` and `snakemake evidence`, unless
# they are older than the dataset. They are not inputs: the main job never makes them again.
DRAWN_ELSEWHERE = [
    *up_to_date([*rules.draw_benchmarks.output, *rules.scale_table.output]),
    *up_to_date(rules.filter_evidence_figure.output, f"{RESULTS}/descriptors.nc"),
    *up_to_date(rules.exchange_figure.output, f"{RESULTS}/exchange.tsv"),
    *up_to_date(rules.exchange_filter_figure.output, f"{RESULTS}/exchange_filter/pair_orders.json"),
    *up_to_date(
        expand(rules.steerable_evidence.output.figure, zip, **STEERABLE_PERMUTED),
        f"{RESULTS}/descriptors.nc",
    ),
]


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
        found={figure: Path(figure).stat().st_mtime for figure in DRAWN_ELSEWHERE},
        texts={text.name: text.read_text(encoding="utf-8") for text in REPORT_TEXTS},
        code=code("report/render.py"),
    script:
        "../scripts/report/render.py"
