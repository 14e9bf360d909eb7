"""Checkpoints of a job: where its trainings are kept, and that it is the only one to write there.

They are files beside the outputs of the job, which Snakemake deletes before it starts it again.
"""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spinlens.core import job_end
from spinlens.core.lock import is_awaited, one_writer
from spinlens.training.checkpoint_file import Checkpoint

_of_this_job: list["Checkpoints"] = []


@dataclass
class Checkpoints:
    """Checkpoints of all trainings of one job, in a folder of its own.

    Parameters
    ----------
    folder : Path
        Their folder.
    minutes : float
        Time between two writings of one.
    made_from : Mapping
        What all trainings depend on, such as the dataset and the code.
    trainings : int
        Number of trainings so far that are told apart by their order alone.
    """

    folder: Path
    minutes: float
    made_from: Mapping[str, Any] = field(default_factory=dict)
    trainings: int = 0

    def of(self, name: str) -> "Checkpoints":
        """Checkpoints in a folder below this one.

        Parameters
        ----------
        name : str
            Name of a training.

        Returns
        -------
        Checkpoints
            The same, in that folder.
        """
        return Checkpoints(self.folder / name, self.minutes, self.made_from)

    def checkpoint(self, made_from: Mapping[str, Any]) -> Checkpoint:
        """Checkpoint of the one training of this folder.

        Parameters
        ----------
        made_from : Mapping
            What this training alone depends on.

        Returns
        -------
        Checkpoint
            It may hold a state already.
        """
        return Checkpoint(
            self.folder / "training.ckpt", {**self.made_from, "training": made_from}, self.minutes
        )


def place(folder: Path, depth: int) -> Path:
    """Folder of the checkpoints of a job: as its outputs, below `checkpoints`.

    Parameters
    ----------
    folder : Path
        Folder of the outputs.
    depth : int
        Number of folders between it and the folder of results.

    Returns
    -------
    Path
        As `results/checkpoints/models/base` of `results/models/base`, whose depth is 1.
    """
    results = folder.parents[depth]
    return results / "checkpoints" / folder.relative_to(results)


def file_state(path: Path | str) -> list[int]:
    """Size of a file in bytes and when it was written, ns: another file is noticed by them.

    Of a Zarr store they are those of its description, which is written last.
    """
    found = Path(path, "zarr.json" if Path(path).is_dir() else "").stat()
    return [found.st_size, found.st_mtime_ns]


def of_next_training(made_from: Mapping[str, Any]) -> Checkpoint | None:
    """Checkpoint of the next of the trainings that a job makes one after another.

    Parameters
    ----------
    made_from : Mapping
        What this training depends on.

    Returns
    -------
    Checkpoint or None
        None outside of `of_job`.
    """
    if not _of_this_job:
        return None
    kept = _of_this_job[0]
    kept.trainings += 1
    return kept.of(f"training{kept.trainings}").checkpoint(made_from)


@contextmanager
def of_job(
    folder: Path | str, minutes: float, made_from: Mapping[str, Any]
) -> Iterator[Checkpoints]:
    """Checkpoints of a job, written also if it is told to end; removed when it is done.

    Only one process at a time is let in: another one that trains into the same files is waited
    for. For a process that waits they stay, at the end of the training.

    Parameters
    ----------
    folder : Path or str
        Folder of the checkpoints.
    minutes : float
        Time between two writings of one.
    made_from : Mapping
        What all trainings of the job depend on.

    Returns
    -------
    Iterator[Checkpoints]
        The checkpoints, as the value of the `with` statement.
    """
    folder = Path(folder)
    with one_writer(folder / "lock"):
        kept = Checkpoints(folder, minutes, made_from)
        _of_this_job[:] = [kept]
        try:
            yield kept
        finally:
            _of_this_job.clear()
        job_end.done()
        if is_awaited(folder / "lock"):
            return
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):  # folders of other jobs stay
            os.removedirs(folder.parent)


def of_script(snakemake: Any, output: str) -> AbstractContextManager[Checkpoints]:
    """Checkpoints of a script that makes one or several trainings one after another.

    Parameters
    ----------
    snakemake : object
        What Snakemake gives the script: its config and its parameter `code` are used.
    output : str
        One of the script's outputs, by whose path the checkpoints are named.

    Returns
    -------
    context manager
        As of `of_job`.
    """
    path = Path(output).with_suffix("")
    name = Path(snakemake.config["results"]).name
    depth = next((n for n, above in enumerate(path.parents) if above.name == name), 0)
    return of_job(
        place(path, depth), snakemake.config["checkpoint_minutes"], {"code": snakemake.params.code}
    )
