"""Trained models applied to new calculations; nothing is trained."""

NEW = found_calculations("predict_calculations") if config["predict_calculations"] else {}
NEW_LABEL_TABLE = str(Path(config["predict_calculations"] or ".", "labels.csv"))
NEW_LABELS = read_table_labels(NEW_LABEL_TABLE if NEW and Path(NEW_LABEL_TABLE).is_file() else None)
PREDICTIONS = f"{RESULTS}/predictions"


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
    """Apply trained models to the calculations of `predict_calculations`."""
    input:
        lambda wildcards: applied_models()
        and expand(f"{PREDICTIONS}/calculations/{{calculation}}.nc", calculation=sorted(NEW)),
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
        applied=lambda wildcards: applied_models(),
        code=code("prediction/predict.py"),
    script:
        "../scripts/prediction/predict.py"
