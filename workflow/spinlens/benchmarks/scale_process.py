"""One part of the scale benchmark, in a process of its own.

Called as `python -m spinlens.benchmarks.scale_process SETTINGS` by a Worker. Settings: `task` (a
function of TASKS) and what the task takes.
"""

import contextlib
import io
import json
import re
import sys
from pathlib import Path
from time import process_time

from spinlens.benchmarks.split_process import SETTINGS
from spinlens.benchmarks.workers import serve


def plan(snakefile, folder, calculations):
    """`plan`, which returns the split jobs of a dry run and its CPU seconds, imports included."""
    return {"plan": lambda: _planned(snakefile, folder, calculations)}


def _planned(snakefile, folder, calculations):
    start = process_time()
    from snakemake.cli import main

    own = [f"calculations={calculations}", f"results={folder}/results", "select=null"]
    where = ["--snakefile", snakefile, "--directory", folder, "--config", *own]
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main(["--dry-run", "--quiet", "rules", "--cores", "2", *where])
        except SystemExit as end:
            if end.code:
                raise RuntimeError(said.getvalue()[-2000:]) from None
    splits = re.search(r"^split +(\d+)$", said.getvalue(), re.MULTILINE)
    return [int(splits[1]) if splits else 0, process_time() - start]


def split(calculations, records, parts):
    """`split`, which splits the next part of a tree, one calculation after the other, and
    returns how many and the CPU seconds; `parts` are the numbers of calculations of each."""
    from spinlens.calculations import record
    from spinlens.calculations import split as splitting
    from spinlens.calculations.find import find

    found, remaining = iter(find(calculations)), iter(parts)

    def split_next():
        start, count = process_time(), next(remaining)
        for _ in range(count):
            calculation = next(found)
            outcome = splitting.split(calculation, {}, "", SETTINGS)
            if "excluded" in outcome.attributes:
                raise RuntimeError(f"{calculation.id}: {outcome.attributes['excluded']}")
            record.write(outcome, Path(records, f"{calculation.id}.nc"))
        return [count, process_time() - start]

    return {"split": split_next}


def dataset(records, count, grid, output):
    """`dataset`, which selects the first so many records and writes them to a dataset on `grid`;
    it returns how many samples and the CPU seconds."""
    from spinlens.dataset import select, storage

    def write():
        start = process_time()
        files = sorted(map(str, Path(records).glob("*.nc")))[:count]
        samples = select.of_records(files, None).samples
        storage.write(output, [row["record"] for row in samples], grid)
        return [len(samples), process_time() - start]

    return {"dataset": write}


TASKS = {task.__name__: task for task in (plan, split, dataset)}


def start(task, **settings):
    """Functions of a task, by name."""
    return TASKS[task](**settings)


if __name__ == "__main__":
    serve(lambda: start(**json.loads(sys.argv[1])))
