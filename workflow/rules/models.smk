"""One trained model a sweep point, and the table of them all."""


rule train:
    """Train {wildcards.point}."""
    input:
        dataset=f"{RESULTS}/dataset.nc",
        split=lambda wildcards: split_file(
            POINTS[wildcards.point], plan.single_split(POINTS[wildcards.point])
        ),
    output:
        model=f"{MODEL}/model.keras",
        point=f"{MODEL}/point.json",
        history=f"{MODEL}/history.csv",
        metrics=f"{MODEL}/metrics.json",
        predictions=f"{MODEL}/predictions.csv",
        filters=f"{MODEL}/filters.nc",
        architecture=f"{MODEL}/architecture.tsv",
        usage=f"{MODEL}/usage.json",
    log:
        f"{RESULTS}/logs/train/{{point}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{point}}.jsonl"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: request_mb(POINTS[wildcards.point], attempt),
        runtime=growing(120),
    params:
        hyperparameters=lambda wildcards: POINTS[wildcards.point],
        fold="0",
        seed="0",
        settings=settings("window"),
        code=code("train.py"),
    script:
        "../scripts/train.py"


rule sweep_table:
    """Gather what every sweep point came to, one row a point."""
    input:
        metrics=expand(f"{MODEL}/metrics.json", point=POINTS),
        usage=expand(f"{MODEL}/usage.json", point=POINTS),
    output:
        f"{RESULTS}/sweep.tsv",
    log:
        f"{RESULTS}/logs/sweep_table.log",
    benchmark:
        f"{RESULTS}/benchmarks/sweep_table.jsonl"
    conda:
        "../../envs/plots.yaml"
    params:
        points=POINTS,
        swept={"names": SWEPT},
        grid={"shape": config["grid"]},
        code=code("sweep_table.py"),
    script:
        "../scripts/sweep_table.py"


rule study_tables:
    """Write what each hyperparameter does on its own, as the study's tables do."""
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
        base=settings(*sweep.HYPERPARAMETERS),
        code=code("study_tables.py"),
    script:
        "../scripts/study_tables.py"
