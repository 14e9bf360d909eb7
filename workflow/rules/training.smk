"""One trained model per sweep point, the fits of the evidence, and the table of the sweep."""


rule train:
    """Train {wildcards.point}."""
    input:
        dataset=DATASET,
        split=lambda wildcards: split_file(
            POINTS[wildcards.point], folds.single_split(POINTS[wildcards.point])
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
        runtime=training_minutes,
    params:
        hyperparameters=lambda wildcards: POINTS[wildcards.point],
        fold="0",
        settings=settings("window"),
        code=code("training/train.py"),
    script:
        "../scripts/training/train.py"


rule fit:
    """Fit {wildcards.point} on fold {wildcards.fold} of {wildcards.split}, {wildcards.labels} labels."""
    input:
        dataset=DATASET,
        split=f"{RESULTS}/splits/{{target}}/{{split}}.tsv",
    output:
        directory(FIT),
    log:
        f"{RESULTS}/logs/fits/{{point}}/{{target}}/{{split}}/{{fold}}/{{labels}}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: request_mb(evidence_point(wildcards).point, attempt),
        runtime=training_minutes,
    params:
        hyperparameters=lambda wildcards: evidence_point(wildcards).point,
        choices=lambda wildcards: fold_choices(wildcards),
        seeds=lambda wildcards: plan.seed_names(plan.Fit(**wildcards), SPLITS[wildcards.split]),
        settings=settings("window"),
        permutation_group=PERMUTATION_GROUP,
        code=code("training/fit.py"),
    script:
        "../scripts/training/fit.py"


rule sweep_table:
    """Join the scores of every sweep point, one row a point."""
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
        code=code("training/sweep_table.py"),
    script:
        "../scripts/training/sweep_table.py"


rule check:
    """Train a small CNN on scikit-learn's digits; show the devices seen and the accuracy."""
    log:
        f"{RESULTS}/logs/check.log",
    conda:
        "../../envs/keras.yaml"
    threads: 2
    resources:
        mem_mb=growing(4000),
        runtime=growing(10),
    params:
        gpus=config["gpus"],
    script:
        "../scripts/training/check.py"
