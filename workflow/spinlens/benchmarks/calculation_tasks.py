"""Dry runs, splits and datasets, measured in a process of their own.

Called as `python -m spinlens.benchmarks.calculation_tasks SETTINGS` by a Worker. Settings: `task`
(a name in TASKS) and arguments of the task.
"""

import contextlib
import io
import json
import re
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time
from typing import Any

from spinlens.benchmarks.workers import serve
from spinlens.core.process import peak_bytes

SPLIT_SETTINGS = {
    "moment_tolerance_muB": 0.01,
    "unconverged": "exclude",
    "nonmagnetic": "exclude",
    "moment_axis": [0, 0, 1],
}
Functions = dict[str, Callable[[], Any]]


def print_peak_of_split(charge_file: str | None = None, output: str = "") -> None:
    """Split one calculation, write its record, and print the process's peak memory in bytes.

    Parameters
    ----------
    charge_file : str | None
        CHGCAR; None to import what a split imports, and no more.
    output : str
        Record file to write.

    Raises
    ------
    RuntimeError
        If the calculation is excluded.
    """
    from spinlens.calculations import record, split
    from spinlens.calculations.find import Calculation

    if charge_file is not None:
        calculation = Calculation("synthetic", str(Path(charge_file).parent), charge_file)
        outcome = split.split(calculation, {}, "", SPLIT_SETTINGS)
        _require_admitted(outcome)
        record.write(outcome, output)
    print(peak_bytes())


def _plan(snakefile: str, folder: str, calculations: str) -> Functions:
    """Serve `plan`: number of split jobs of a dry run, and CPU seconds, imports included."""

    def plan() -> list[float]:
        printed, seconds = _dry_run(snakefile, folder, calculations)
        splits = re.search(r"^ *split(?:[ _]shard)? +(\d+) *$", printed, re.MULTILINE)
        return [int(splits[1]) if splits else 0, seconds]

    return {"plan": plan}


def _start_job(snakefile: str, folder: str, calculations: str) -> Functions:
    """Serve `start job`: CPU seconds of the first job of the splits on a cluster, but for its work.

    Imports are included; its command has listed the calculations before.
    """
    from spinlens.calculations import listing, shards
    from spinlens.calculations.find import find_by_id

    found = find_by_id(calculations)
    listing.write(calculations, None, found, Path(folder) / listing.FOLDER)
    output = Path(shards.outputs(found, f"{folder}/results/calculations")[0])
    rule, wildcard = (
        ("split_shard", "shard") if output.suffix == ".tsv" else ("split", "calculation")
    )
    job = [f"--target-jobs={rule}:{wildcard}={output.stem}", f"--allowed-rules={rule}"]
    as_job = [*job, "--mode=remote", "--force", "--nolock", "--ignore-incomplete"]
    return {"start job": lambda: _dry_run(snakefile, folder, calculations, *as_job)[1]}


def _dry_run(snakefile: str, folder: str, calculations: str, *options: str) -> tuple[str, float]:
    """Text of a dry run, and its CPU seconds, imports of Snakemake included."""
    start = process_time()
    from snakemake.cli import main

    config = [f"calculations={calculations}", f"results={folder}/results", "select=null"]
    where = ["--snakefile", snakefile, "--directory", folder, *options, "--config", *config]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            main(["--dry-run", "--quiet", "rules", "--cores", "2", *where])
        except SystemExit as end:
            if end.code:
                raise RuntimeError(printed.getvalue()[-2000:]) from None
    return printed.getvalue(), process_time() - start


def _split(calculations: str, records: str, parts: list[int]) -> Functions:
    """Serve `split`: splits the next part of a tree; number of calculations and CPU seconds.

    `parts` holds the number of calculations of each part.
    """
    from spinlens.calculations import record, split
    from spinlens.calculations.find import find

    found, remaining = iter(find(calculations)), iter(parts)

    def split_next() -> list[float]:
        start, count = process_time(), next(remaining)
        for _ in range(count):
            calculation = next(found)
            outcome = split.split(calculation, {}, "", SPLIT_SETTINGS)
            _require_admitted(outcome)
            record.write(outcome, Path(records, f"{calculation.id}.nc"))
        return [count, process_time() - start]

    return {"split": split_next}


def _read(calculations: str, parts: list[int]) -> Functions:
    """Serve `read`: reads the next part of a tree as pymatgen does, and nothing more."""
    from pymatgen.io.vasp import Chgcar

    from spinlens.calculations.find import find

    found, remaining = iter(find(calculations)), iter(parts)

    def read_next() -> None:
        for _ in range(next(remaining)):
            Chgcar.from_file(next(found).charge_file)

    return {"read": read_next}


def _dataset(records: str, count: int, grid: list[int], output: str) -> Functions:
    """Serve `dataset`: a dataset of the first records; number of samples and CPU seconds."""
    from spinlens.dataset import select
    from spinlens.dataset.write import write_dataset

    def write() -> list[float]:
        start = process_time()
        files = sorted(map(str, Path(records).glob("*.nc")))[:count]
        samples = select.select_samples(files, None).samples
        write_dataset(output, [row["record"] for row in samples], grid)
        return [len(samples), process_time() - start]

    return {"dataset": write}


TASKS: dict[str, Callable[..., Functions]] = {
    "plan": _plan,
    "start job": _start_job,
    "split": _split,
    "read": _read,
    "dataset": _dataset,
}


def _start(task: str, **settings: Any) -> Functions:
    return TASKS[task](**settings)


def _require_admitted(outcome: Any) -> None:
    if "excluded" in outcome.attributes:
        raise RuntimeError(f"{outcome.attributes['id']}: {outcome.attributes['excluded']}")


if __name__ == "__main__":
    serve(lambda: _start(**json.loads(sys.argv[1])))
