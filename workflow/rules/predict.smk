"""A trained model applied to new calculations: no dataset is made of them, nothing is trained."""

from spinlens import trained

NEW = found_calculations("predict_calculations") if config["predict_calculations"] else {}
NEW_LABEL_TABLE = str(Path(config["predict_calculations"] or ".", "labels.csv"))
NEW_LABELS = read_table_labels(NEW_LABEL_TABLE if NEW and Path(NEW_LABEL_TABLE).is_file() else None)
PREDICTIONS = f"{RESULTS}/predictions"


def applied_models():
    """Folders of the models that the config names, and the dataset that they were trained on."""
    try:
        if not NEW:
            raise ValueError(
                "predict_calculations is null: name the folder of new calculations by "
                "--config predict_calculations=PATH model=POINT"
            )
        folders = trained.folders(RESULTS, config["model"])
        return folders, trained.dataset_of(folders[0])
    except ValueError as fault:
        sys.exit(f"predict: {fault}")


def new_records(_):
    """Records of the new calculations, where there are a model and something to predict."""
    applied_models()
    return expand(rules.split_new.output, calculation=sorted(NEW))


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
        # Parameters and no inputs: a model that is out of date is applied as it is.
        models=lambda wildcards: list(map(str, applied_models()[0])),
        dataset=lambda wildcards: str(applied_models()[1]),
        stamps=lambda wildcards: {
            str(file): file.stat().st_mtime_ns
            for folder in applied_models()[0]
            for file in (folder / name for name in trained.FILES)
        },
        code=code("predict.py"),
    script:
        "../scripts/predict.py"
