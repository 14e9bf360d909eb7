"""What a former configuration left below the folder of results."""

from collections.abc import Collection, Mapping
from pathlib import Path


def stale(results: Path | str, known: Mapping[str, Collection[str]]) -> list[Path]:
    """Find results that no job of the present configuration makes.

    Parameters
    ----------
    results
        Folder of results.
    known
        Paths below it that belong to the configuration, by the pattern that finds all of their
        kind, e.g. `{"models/*": ["models/base"]}`.

    Returns
    -------
    list of Path
        Files and folders, sorted.
    """
    folder = Path(results)
    return sorted(
        path
        for pattern, names in known.items()
        for path in folder.glob(pattern)
        if path.relative_to(folder).as_posix() not in names
    )


def megabytes(path: Path) -> float:
    """Measure what a file, or a folder with all below it, holds.

    Parameters
    ----------
    path
        File or folder.

    Returns
    -------
    float
        Size in MB; links are not followed.
    """
    files = [path, *path.rglob("*")]
    return sum(file.lstat().st_size for file in files if not file.is_dir()) / 1e6
