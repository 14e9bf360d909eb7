"""Archive the calculations' files; say what could not be archived."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

import sys

from spinlens.archive import collection, tables
from spinlens.calculations.find import Calculation
from spinlens.core.errors import SpinlensError

MOST_LINES = 20

given = snakemake.params
archive, settings = given.settings["archive"], given.settings
if archive is None:
    raise SpinlensError("config: archive is null: name the folder that takes the copies")


def tell(line):
    for stream in (sys.stdout, terminal):
        print(f"collect: {line}", file=stream)


def tell_some(lines):
    """All of them in the log, the first of them on the terminal."""
    for line in lines[:MOST_LINES]:
        tell(line)
    for line in lines[MOST_LINES:]:
        print(f"collect: {line}")
    if len(lines) > MOST_LINES:
        print(f"collect: {len(lines) - MOST_LINES} more in {snakemake.log[0]}", file=terminal)


calculations = [Calculation(**each) for each in given.calculations]
outcome = collection.collect(
    calculations, settings["calculations"], archive, settings["archive_mode"], tell
)
tables.write_labels(archive, given.label_table, calculations)
tell(f"{len(calculations)} calculations: {outcome}")
tell_some(outcome.gone)
tell_some(outcome.failed)
if outcome.failed:
    raise SystemExit(1)
