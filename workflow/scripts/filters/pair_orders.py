"""Describe the magnetic orders of every composition by their pair correlations."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

from pathlib import Path

from spinlens.calculations import shards
from spinlens.core.files import write_json
from spinlens.exchange.constants import helpful_orders, magnetic_elements
from spinlens.exchange.runs import compositions
from spinlens.filters.pair_orders import as_json
from spinlens.filters.pair_records import of_composition

settings = snakemake.params.settings
magnetic = magnetic_elements(settings["starting_moments"])
files = shards.record_files(snakemake.input)
records = {Path(file).stem: file for file in files}
orders, remarks, missing = [], {}, []
for formula, runs in compositions(files, fewest=1).items():
    described, lines = of_composition(formula, runs, records, magnetic, settings)
    orders += described
    if lines:
        remarks[formula] = lines
    if described and not missing:
        missing = helpful_orders(runs, magnetic, settings)
write_json(
    snakemake.output[0],
    {"orders": [as_json(order) for order in orders], "remarks": remarks, "missing": missing},
)
print(f"pair correlations: {len(orders)} magnetic orders", file=terminal)
