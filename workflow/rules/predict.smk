"""A trained model applied to new calculations: no dataset is made of them, nothing is trained."""


include: "predict_files.smk"


use rule split as split_new with:
    output:
        f"{PREDICTIONS}/calculations/{{calculation}}.nc",
    log:
        f"{RESULTS}/logs/split_new/{{calculation}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/split_new/{{calculation}}.jsonl"
    params:
        calculation=lambda wildcards: asdict(NEW[wildcards.calculation]),
        stamp=lambda wildcards: stamp(NEW[wildcards.calculation]),
        labels=lambda wildcards: NEW_LABELS.get(wildcards.calculation, {}),
        label_table=NEW_LABEL_TABLE,


rule predict:
    """Predict what a trained model says of the calculations of `predict_calculations`."""
    input:
        new_records,
    output:
        predictions=f"{PREDICTIONS}/predictions.tsv",
        excluded=f"{PREDICTIONS}/excluded.tsv",
    log:
        f"{RESULTS}/logs/predict.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict.jsonl"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=growing(8000),
        runtime=growing(60),
    params:
        applied=lambda wildcards: applied_parameters(),
        code=code("predict.py"),
    script:
        "../scripts/predict.py"
