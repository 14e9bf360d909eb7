"""The report: Snakemake's own, over everything that the main job has made."""


report: "../report/workflow.rst"


REPORT_TEXTS = sorted((WORKFLOW / "report").glob("*.rst"))


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
    output:
        f"{RESULTS}/report.html",
    log:
        f"{RESULTS}/logs/render_report.log",
    localrule: True
    conda:
        "../../envs/plots.yaml"
    params:
        texts={text.name: text.read_text(encoding="utf-8") for text in REPORT_TEXTS},
        code=code("render_report.py"),
    script:
        "../scripts/render_report.py"
