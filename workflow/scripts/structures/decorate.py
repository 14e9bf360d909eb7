"""Decorate the parent, and write every structure in every magnetic order, ready for VASP."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0])

import sys
from collections import Counter
from pathlib import Path

from spinlens.core.files import write_table
from spinlens.structures import folders as study

settings, table = snakemake.params.settings, Path(snakemake.output.table)
rows, labels = [], []
try:
    for composition in study.compositions(settings):
        written = study.write_composition(composition, settings, table.parent)
        rows += written
        labels += [
            study.labels(row, composition.decoration)
            for row in written
            if not row["folder"].startswith("none")
        ]
    study.write_labels(table.parent / "vasp" / "labels.csv", labels)
except ValueError as fault:
    print(f"structures failed: {fault}", file=terminal)
    raise SystemExit(1) from None
write_table(table, rows)
formulas = len({row["formula"] for row in rows})
folders = Counter(row["folder"] for row in rows)
said = ", ".join(f"{number} {what}" for what, number in sorted(folders.items()))
for stream in (sys.stdout, terminal):
    print(f"structures: {formulas} compositions; folders: {said}", file=stream)
