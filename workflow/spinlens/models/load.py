"""Trained models on disk: found by name, checked against their point.json, and loaded.

Keras is imported only when a model is loaded: the workflow finds models while it is planned.
"""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from spinlens.core.errors import SpinlensError
from spinlens.core.files import read_json, read_table
from spinlens.settings.sizes import DATASETS

FILES = ("model.keras", "point.json", "predictions.csv")
_MAY_DIFFER = (
    "seed",
    "train_fraction",
    "split_seed",
    "split_group",
)  # among the models of an ensemble


def folders(results: Path | str, name: str | None) -> list[Path]:
    """Folders of the models that a name stands for.

    Parameters
    ----------
    results
        Folder of results.
    name
        Of `results/models/{name}`, or of what is at or below `results/fits/{name}`, or a path.

    Returns
    -------
    list of Path
        Sorted; fits on permuted labels are left out.

    Raises
    ------
    SpinlensError
        If there is no model, or one without its files.
    """
    if name is None:
        raise SpinlensError(
            f"model is null: name a folder of {results}/models or {results}/fits by "
            "--config model=POINT"
        )
    own = Path(results, "models", name), Path(results, "fits", name)
    path = Path(name)
    path = path.parent if path.name == FILES[0] else path
    # A sweep point and an evidence point may have one name: the sweep's model comes first.
    found = next(filter(None, map(_below, (*own, path))), [])
    if not found:
        raise SpinlensError(
            f"{own[0] / FILES[0]} is not there: train it first with `uv run snakemake`, or name "
            f"another folder of {results}/models or {results}/fits"
        )
    for folder in sorted(found):
        for file in FILES:
            if not (folder / file).is_file():
                raise SpinlensError(f"{folder / file} is not there: train it again")
    return sorted(found)


def _below(place: Path) -> list[Path]:
    """Folders of models at or below a folder, fits on permuted labels left out."""
    if (place / FILES[0]).is_file():
        return [place]
    made = (file.parent for file in place.glob(f"**/{FILES[0]}"))
    return [folder for folder in made if not folder.name.startswith("permuted")]


def dataset_of(folder: Path | str) -> Path:
    """Dataset that the model of a folder was trained on: the nearest one above.

    It is `dataset.nc` or the store `dataset.zarr`; of two, what was written last.

    Raises
    ------
    SpinlensError
        If there is none.
    """
    for above in Path(folder).parents:
        found = [above / name for name in DATASETS if (above / name).exists()]
        if found:
            return max(found, key=lambda path: path.stat().st_mtime_ns)
    raise SpinlensError(
        f"no dataset.nc or dataset.zarr lies above {folder}: it says what the model was trained on"
    )


def applied(
    results: Path | str, model: str | None, calculations: Path | str | None
) -> dict[str, Any]:
    """Models that `predict` applies, and the state of their files.

    Parameters
    ----------
    results
        Folder of results.
    model
        Name or path, as `folders` takes it.
    calculations
        Folder of new calculations.

    Returns
    -------
    dict
        `models`, their folders; `dataset`; `written`, by file when it was written, ns.

    Raises
    ------
    SpinlensError
        Without new calculations or models.
    """
    if not calculations:
        raise SpinlensError(
            "predict_calculations is null: name the folder of new calculations by "
            "--config predict_calculations=PATH model=POINT"
        )
    found = folders(results, model)
    dataset = dataset_of(found[0])
    files = [folder / name for folder in found for name in FILES]
    return {
        "models": list(map(str, found)),
        "dataset": str(dataset),
        "written": {str(file): file.stat().st_mtime_ns for file in [*files, dataset]},
    }


def read(folder: Path | str) -> dict[str, Any]:
    """Read the description of a model, its point.json.

    Parameters
    ----------
    folder
        Folder with `point.json`.

    Returns
    -------
    dict
        As `filters.fit_files.write_point` writes it.
    """
    return read_json(Path(folder, "point.json"))


def read_alike(found: Iterable[Path]) -> dict[Path, dict[str, Any]]:
    """Descriptions of the models of an ensemble.

    Parameters
    ----------
    found
        Folders of the models.

    Returns
    -------
    dict
        The point.json of each by folder.

    Raises
    ------
    SpinlensError
        If they differ in target, grid, window or a hyperparameter that is neither of the split
        nor a seed.
    """
    abouts = {folder: read(folder) for folder in found}
    first, *others = abouts
    for folder in others:
        for what, ours, theirs in zip(
            ("target", "grid", "window", "hyperparameters"),
            _compared(abouts[first]),
            _compared(abouts[folder]),
            strict=True,
        ):
            if ours != theirs:
                raise SpinlensError(
                    f"{first} and {folder} differ in {what}, so they are no ensemble: name one of "
                    "them, or a folder above one alone, by --config model=PATH"
                )
    return abouts


def _compared(about: dict[str, Any]) -> tuple[Any, ...]:
    """Select what models of an ensemble have in common."""
    point = {n: v for n, v in about["hyperparameters"].items() if n not in _MAY_DIFFER}
    return about.get("targets", about["target"]), about["grid"], about["window"], point


def load_model(path: Path | str) -> Any:
    """Load a trained network, ready to predict.

    Parameters
    ----------
    path
        `model.keras` of any family.

    Returns
    -------
    keras.Model
        The network, not compiled.
    """
    import keras

    # Keras finds a file's layers by their registered names, once their modules are imported; here,
    # because the Snakefile reads this module when it is parsed.
    from spinlens.models import build  # noqa: F401

    return keras.models.load_model(path, compile=False)


def trained_on(folder: Path | str) -> list[str]:
    """Ids of the calculations that a model was trained on.

    Parameters
    ----------
    folder
        Folder of the model.

    Returns
    -------
    list of str
        In the order of its predictions.
    """
    rows = read_table(Path(folder, "predictions.csv"))
    # Models of earlier versions call the column `side`.
    column = "subset" if rows and "subset" in rows[0] else "side"
    # Of several targets a sample has a row of each.
    return list(dict.fromkeys(r["calculation"] for r in rows if r[column] == "training"))
