"""One trained model a sweep point, and the table of them all."""


rule train:
    """Train {wildcards.point}."""
    input:
        f"{RESULTS}/dataset.nc",
    output:
        model=f"{MODEL}/model.keras",
        history=f"{MODEL}/history.csv",
        metrics=f"{MODEL}/metrics.json",
        predictions=f"{MODEL}/predictions.csv",
        filters=f"{MODEL}/filters.nc",
        architecture=f"{MODEL}/architecture.tsv",
    log:
        f"{RESULTS}/logs/train/{{point}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/train/{{point}}.jsonl"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=growing(8000),
        runtime=growing(120),
    params:
        hyperparameters=lambda wildcards: POINTS[wildcards.point],
        code=code("train.py"),
    script:
        "../scripts/train.py"


rule sweep_table:
    """Gather what every sweep point came to, one row a point."""
    input:
        expand(f"{MODEL}/metrics.json", point=POINTS),
    output:
        f"{RESULTS}/sweep.tsv",
    log:
        f"{RESULTS}/logs/sweep_table.log",
    benchmark:
        f"{RESULTS}/benchmarks/sweep_table.jsonl"
    conda:
        "../../envs/plots.yaml"
    params:
        points={name: {key: point[key] for key in SWEPT} for name, point in POINTS.items()},
        code=code("sweep_table.py"),
    script:
        "../scripts/sweep_table.py"
