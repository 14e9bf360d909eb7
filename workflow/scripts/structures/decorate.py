"""Decorate the parent, and write every structure in every magnetic order, ready for VASP."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

import sys
from collections import Counter
from pathlib import Path

from spinlens.core.files import write_table
from spinlens.structures import composition_orders, folders

table = Path(snakemake.output.table)
rows, labels, orders, open_constants = [], [], [], Counter()
for composition in folders.compositions(snakemake.params.settings):
    written = folders.write_composition(composition, snakemake.params.settings, table.parent)
    rows += written
    formula, settings = composition.decoration.name, snakemake.params.settings
    orders += composition_orders.order_rows(formula, composition.structure, settings)
    open_constants[composition_orders.open_constants(composition.structure, settings)] += 1
    labels += [
        folders.labels(row, composition.decoration)
        for row in written
        if not row["folder"].startswith("none")
    ]
folders.write_labels(table.parent / "vasp" / "labels.csv", labels)
write_table(table, rows)
write_table(snakemake.output.orders, orders, list(composition_orders.ORDER_COLUMNS))
formulas = len({row["formula"] for row in rows})
counted = Counter(row["folder"] for row in rows)
summary = ", ".join(f"{number} {status}" for status, number in sorted(counted.items()))
for stream in (sys.stdout, terminal):
    print(f"structures: {formulas} compositions; folders: {summary}", file=stream)
    for line, number in open_constants.items():
        if line:
            print(f"structures: {number} compositions: {line}", file=stream)
