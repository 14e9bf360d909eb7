"""Split the calculations of a shard in one process; one that fails stops no other."""

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from spinlens.calculations import record, shards, split
from spinlens.calculations.find import Calculation
from spinlens.calculations.listing import Task
from spinlens.core.errors import Unwritable
from spinlens.core.files import write_table

NOTE_SECONDS = 1.0  # of work that a killed job may have to do again


def run(
    table: Path | str,
    tasks: Sequence[Task],
    label_table: str,
    settings: Mapping[str, Any],
    code: str,
    generation: int,
) -> list[str]:
    """Make the records of a shard that are missing or out of date, then its table.

    Parameters
    ----------
    table
        Table to write, as `shards.outputs` names it.
    tasks
        Calculations of the shard.
    label_table
        Path of the label table, as the source of its labels.
    settings
        As `split.split` takes them, and the config's key on_bad_calculation.
    code
        Fingerprint of the code that makes a record.
    generation
        Number from `shards.generation`.

    Returns
    -------
    list of str
        A line for each calculation that failed; no table is written then. A calculation that is
        excluded has not failed, unless the config says `on_bad_calculation: stop`.

    Raises
    ------
    Unwritable
        The disk is full or takes no file.
    """
    shard, records = Path(table).stem, Path(table).parent.parent
    digests = {
        task.calculation["id"]: shards.digest([*task, label_table, settings, code])
        for task in tasks
    }
    note = shards.read_note(records, shard)
    kept = {
        name: digest
        for name, digest in digests.items()
        if shards.is_current(records, note, name, digest)
    }
    note = shards.Note(generation, kept)
    shards.write_note(records, shard, note)
    print(f"{len(kept)} of {len(tasks)} records are up to date", flush=True)
    failed, noted = [], monotonic()
    for task in tasks:
        name = task.calculation["id"]
        if name in kept:
            continue
        if monotonic() > noted + NOTE_SECONDS:
            shards.write_note(records, shard, note)
            noted = monotonic()
        try:
            outcome = split.split(
                Calculation(**task.calculation), task.labels, label_table, settings
            )
            reason = outcome.attributes.get("excluded")
            print(f"{name}: {f'excluded: {reason}' if reason else 'admitted'}", flush=True)
            if reason and settings["on_bad_calculation"] == "stop":
                failed = [f"{task.calculation['charge_file']}: {reason}"]
                break
            record.write(outcome, records / f"{name}.nc")
        except Unwritable:
            raise
        except Exception as fault:
            traceback.print_exc()
            failed.append(f"{name}: {type(fault).__name__}: {fault}")
        else:
            kept[name] = digests[name]
    shards.write_note(records, shard, note)
    if not failed:
        rows = [{"calculation": name} for name in sorted(digests)]
        write_table(table, rows, shards.COLUMNS)
    return failed
