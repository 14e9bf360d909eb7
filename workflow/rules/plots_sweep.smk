"""Figures of the sweep, of each training and of the target."""


rule point_figures:
    """Draw the training curves and the architecture of {wildcards.point}."""
    input:
        history=f"{MODEL}/history.csv",
        metrics=f"{MODEL}/metrics.json",
        architecture=f"{MODEL}/architecture.tsv",
    output:
        training=report(
            f"{MODEL}/training.svg",
            caption="../report/training.rst",
            category="Training",
            labels=report_labels,
        ),
        architecture=report(
            f"{MODEL}/architecture.svg",
            caption="../report/architecture.rst",
            category="Architecture",
            subcategory="Figures",
            labels=report_labels,
        ),
        architecture_table=report(
            f"{MODEL}/architecture.html",
            caption="../report/architecture_table.rst",
            category="Architecture",
            subcategory="Tables",
            labels=report_labels,
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
        code=code("plots/point.py"),
    script:
        "../scripts/plots/point.py"


rule target_figure:
    """Draw the distribution of the target and its threshold."""
    input:
        DATASET,
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
        settings=settings(
            *("target", "threshold", "classes", "train_fraction", "split_seed", "split_group"),
            *(["targets"] if config["targets"] else []),
        ),
        code=code("plots/target.py"),
    script:
        "../scripts/plots/target.py"


rule sweep_figures:
    """Draw every sweep point's accuracy beside the majority baseline; write it as a table."""
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
        classes=[
            target["classes"]
            for point in POINTS.values()
            for target in target_names.each_of(point)
        ],
        code=code("plots/sweep.py"),
    script:
        "../scripts/plots/sweep.py"
