"""One evidence table of both budgets: the main job's rows, then those of `snakemake evidence`."""

from pathlib import Path

from spinlens.evidence import table
from spinlens.files import read_table, write_table


def write(path, rows, repeated, made_from):
    """Write rows as evidence.tsv, and after them those of the table `repeated`, where it is there
    and newer than `made_from`: an older one speaks of another dataset."""
    repeated = Path(repeated)
    if repeated.is_file() and repeated.stat().st_mtime > Path(made_from).stat().st_mtime:
        known = {_place(row) for row in rows}
        rows = [*rows, *(row for row in read_table(repeated) if _place(row) not in known)]
    write_table(path, rows, table.COLUMNS)


def _place(row):
    return tuple(row[name] for name in ("point", "target", "split", "metric"))
