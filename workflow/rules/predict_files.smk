"""Which new calculations there are to predict, and which trained models they are asked."""

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
    return expand(f"{PREDICTIONS}/calculations/{{calculation}}.nc", calculation=sorted(NEW))


def applied_parameters():
    """The models, their dataset, and when each of their files was written, as parameters and no
    inputs: a model that is out of date is applied as it is."""
    folders, dataset = applied_models()
    files = [folder / name for folder in folders for name in trained.FILES]
    return {
        "models": list(map(str, folders)),
        "dataset": str(dataset),
        "written": {str(file): file.stat().st_mtime_ns for file in [*files, dataset]},
    }
