"""Figures and tables, each with its caption, category and labels for the report."""


rule point_figures:
    """Draw training and architecture of {wildcards.point}."""
    input:
        history=f"{MODEL}/history.csv",
        metrics=f"{MODEL}/metrics.json",
        architecture=f"{MODEL}/architecture.tsv",
    output:
        training=report(
            f"{MODEL}/training.svg",
            caption="../report/training.rst",
            category="Training",
            labels=hyperparameters,
        ),
        architecture=report(
            f"{MODEL}/architecture.svg",
            caption="../report/architecture.rst",
            category="Architecture",
            subcategory="Figures",
            labels=hyperparameters,
        ),
        architecture_table=report(
            f"{MODEL}/architecture.html",
            caption="../report/architecture_table.rst",
            category="Architecture",
            subcategory="Tables",
            labels=hyperparameters,
        ),
    log:
        f"{RESULTS}/logs/point_figures/{{point}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/point_figures/{{point}}.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("point_figures.py"),
    script:
        "../scripts/point_figures.py"


rule target_figure:
    """Draw how the target is distributed, and where its threshold cuts."""
    input:
        f"{RESULTS}/dataset.nc",
    output:
        report(
            f"{RESULTS}/figures/target.svg",
            caption="../report/target.rst",
            category="Data",
            labels={"shows": "target"},
        ),
    log:
        f"{RESULTS}/logs/target_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/target_figure.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        settings=settings("target", "threshold", "classes", "train_fraction", "split_seed"),
        code=code("target_figure.py"),
    script:
        "../scripts/target_figure.py"


rule excluded_table:
    """Write the table of the calculations that are no samples, each with its reason."""
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
        code=code("excluded_table.py"),
    script:
        "../scripts/excluded_table.py"


rule sweep_figures:
    """Draw every sweep point's accuracy beside the majority share; write it as a table."""
    input:
        f"{RESULTS}/sweep.tsv",
    output:
        figure=report(
            f"{RESULTS}/figures/sweep.svg",
            caption="../report/sweep.rst",
            category="Sweep",
            labels={"shows": "accuracy of every point"},
        ),
        table=report(
            f"{RESULTS}/figures/sweep.html",
            caption="../report/sweep_table.rst",
            category="Sweep",
            labels={"shows": "table of every point"},
        ),
        responses=report(
            f"{RESULTS}/figures/responses.svg",
            caption="../report/responses.rst",
            category="Sweep",
            labels={"shows": "response to each hyperparameter"},
        ),
        parallel=report(
            f"{RESULTS}/figures/parallel.svg",
            caption="../report/parallel.rst",
            category="Sweep",
            labels={"shows": "points across hyperparameters"},
        ),
    log:
        f"{RESULTS}/logs/sweep_figures.log",
    benchmark:
        f"{RESULTS}/benchmarks/sweep_figures.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        classes=[point["classes"] for point in POINTS.values()],
        code=code("sweep_figures.py"),
    script:
        "../scripts/sweep_figures.py"


rule evidence_page:
    """Write the table of what every point is worth as a page."""
    input:
        evidence=f"{RESULTS}/evidence.tsv",
        sweep=f"{RESULTS}/sweep.tsv",
    output:
        report(
            f"{RESULTS}/figures/evidence.html",
            caption="../report/evidence.rst",
            category="Evidence",
            labels={"shows": "what every point is worth"},
        ),
    log:
        f"{RESULTS}/logs/evidence_page.log",
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("evidence_page.py"),
    script:
        "../scripts/evidence_page.py"


FIGURES = [
    *expand(rules.point_figures.output, point=POINTS),
    *rules.target_figure.output,
    *rules.excluded_table.output,
    *rules.sweep_figures.output,
    rules.study_tables.output.page,
    *rules.evidence_page.output,
    *CRYSTAL_FIGURES,
    *STEERABLE_FIGURES,
]
