"""Fit exchange constants to the magnetic orders of every composition."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0])

import sys

from spinlens.core.files import write_table
from spinlens.exchange import from_records, table
from spinlens.exchange.constants import compare

settings = snakemake.params.settings
magnetic = {element for element, moment in settings["starting_moments"].items() if moment}
compared = [
    compare(formula, runs, magnetic, settings["orders"], settings)
    for formula, runs in from_records.compositions(snakemake.input).items()
]
write_table(
    snakemake.output.table, table.rows(compared), table.columns(settings["exchange_shells"])
)
write_table(snakemake.output.labels, table.labels(compared), list(table.LABEL_COLUMNS))
fitted = sum(each.fit is not None for each in compared)
for stream in (sys.stdout, terminal):
    print(f"exchange: {len(compared)} compositions, {fitted} with constants", file=stream)
