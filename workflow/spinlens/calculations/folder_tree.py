"""Go through a folder tree. Standard library only: the Snakefile imports it."""

import os
from collections.abc import Iterator


def walk(root: str) -> Iterator[tuple[str, list[str], str]]:
    """Go through a folder tree, each folder once.

    Parameters
    ----------
    root
        Folder to search.

    Yields
    ------
    tuple
        Path of a folder, the names of its files, and why it could not be read ("" if it could).
    """
    # Real folders before linked ones: a folder reachable both ways keeps its real path.
    visited: set[tuple[int, int]] = set()
    folders = [root]
    linked: list[str] = []
    while folders or linked:
        folder = folders.pop() if folders else linked.pop()
        try:
            status = os.stat(folder)
            if (status.st_dev, status.st_ino) in visited:
                continue
            visited.add((status.st_dev, status.st_ino))
            with os.scandir(folder) as scan:
                entries = sorted(scan, key=lambda entry: entry.name, reverse=True)
        except OSError as error:
            yield folder, [], error.strerror or str(error)
            continue
        files = []
        for entry in entries:
            if _is_folder(entry):
                if not entry.name.startswith("."):
                    (linked if entry.is_symlink() else folders).append(entry.path)
            else:
                files.append(entry.name)
        yield folder, files, ""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def printable(path: str) -> str:
    """Write a path as text that any file can hold.

    Parameters
    ----------
    path
        Path as the system gives it.

    Returns
    -------
    str
        The path; bytes that are not UTF-8 become escapes.
    """
    return os.fsencode(path).decode("utf-8", "backslashreplace")
