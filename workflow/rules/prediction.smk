"""Trained models applied to new calculations; nothing is trained."""

NEW = found_calculations("predict_calculations") if config["predict_calculations"] else {}
NEW_LABEL_TABLE = str(Path(config["predict_calculations"] or ".", "labels.csv"))
NEW_LABELS = read_table_labels(NEW_LABEL_TABLE if NEW and Path(NEW_LABEL_TABLE).is_file() else None)
PREDICTIONS = f"{RESULTS}/predictions"
NEW_SHARDS = shards.divide(NEW, f"{PREDICTIONS}/calculations")


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


use rule split_shard as split_new_shard with:
    output:
        f"{PREDICTIONS}/calculations/shards/{{shard}}.tsv",
    log:
        f"{RESULTS}/logs/split_new_shard/{{shard}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/split_new_shard/{{shard}}.jsonl"
    resources:
        mem_mb=growing(2000),
        runtime=lambda wildcards, attempt: attempt * (10 + len(NEW_SHARDS[wildcards.shard]) // 4),
    params:
        tasks=lambda wildcards: listing.tasks(NEW, NEW_LABELS, NEW_SHARDS[wildcards.shard]),
        generation=lambda wildcards: shards.generation(
            f"{PREDICTIONS}/calculations", wildcards.shard
        ),
        label_table=NEW_LABEL_TABLE,


rule predict:
    """Apply trained models to the calculations of `predict_calculations`."""
    input:
        lambda wildcards: applied_models() and shards.outputs(NEW, f"{PREDICTIONS}/calculations"),
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


rule density_test:
    """Score the model of spin densities on the calculations of `predict_calculations`."""
    input:
        model=f"{RESULTS}/density_model/model.pickle.gz",
        records=lambda wildcards: needed("predict_calculations")
        and shards.outputs(NEW, f"{PREDICTIONS}/calculations"),
    output:
        f"{PREDICTIONS}/spin_densities.tsv",
    log:
        f"{RESULTS}/logs/density_test.log",
    benchmark:
        f"{RESULTS}/benchmarks/density_test.jsonl"
    conda:
        "../../envs/density.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        settings=settings("starting_moments"),
        code=code("atoms/density_test.py"),
    script:
        "../scripts/atoms/density_test.py"
