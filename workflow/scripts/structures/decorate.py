"""Decorate the parent, and write every structure in every magnetic order, ready for VASP."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0])

import sys
from collections import Counter
from pathlib import Path

from spinlens.core.files import write_table
from spinlens.structures import folders

table = Path(snakemake.output.table)
rows, labels = [], []
for composition in folders.compositions(snakemake.params.settings):
    written = folders.write_composition(composition, snakemake.params.settings, table.parent)
    rows += written
    labels += [
        folders.labels(row, composition.decoration)
        for row in written
        if not row["folder"].startswith("none")
    ]
folders.write_labels(table.parent / "vasp" / "labels.csv", labels)
write_table(table, rows)
formulas = len({row["formula"] for row in rows})
counted = Counter(row["folder"] for row in rows)
summary = ", ".join(f"{number} {status}" for status, number in sorted(counted.items()))
for stream in (sys.stdout, terminal):
    print(f"structures: {formulas} compositions; folders: {summary}", file=stream)
