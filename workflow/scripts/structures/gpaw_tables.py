"""Gather what the calculations by GPAW say: their label table, and the table of all of them."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

import sys
from pathlib import Path

from spinlens.core.files import read_json, write_table
from spinlens.dataset import ground_states
from spinlens.structures import gpaw_labels

records, called = {}, {}
for file in map(Path, snakemake.input):
    for order, record in read_json(file).items():
        records[f"{file.stem}_{order}"] = record
        called[f"{file.stem}_{order}"] = snakemake.params.called[file.stem]
labels = gpaw_labels.label_rows(records, called, ground_states.compared_values)
failures = gpaw_labels.failures(records)
write_table(snakemake.output.labels, labels, None if labels else ["calculation"])
write_table(snakemake.output.table, gpaw_labels.table_rows(records))
for stream in (sys.stdout, terminal):
    print(f"gpaw: {len(records)} calculations, {len(failures)} failed", file=stream)
    for name, reason in sorted(failures.items()):
        print(f"gpaw: {name} failed: {reason}", file=stream)
