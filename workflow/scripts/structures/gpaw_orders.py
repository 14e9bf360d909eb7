"""Compute the magnetic orders of one composition by GPAW, and put what they say on record."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import write_json
from spinlens.structures import gpaw_orders

formula = snakemake.wildcards.formula
records = gpaw_orders.computed_by_gpaw(
    formula,
    snakemake.params.computed,
    snakemake.input.parent,
    snakemake.params.settings,
    # The interpreter's place is no parameter: moving GPAW recomputes nothing.
    snakemake.config["gpaw_python"],
    snakemake.params.runs,
    snakemake.threads,
    snakemake.config["checkpoint_minutes"],
)
write_json(snakemake.output[0], records)
for order, record in records.items():
    scf = record["scf"]
    said = f"{scf['energy_eV']:.5f} eV, {record['order_final']}" if scf else record["reason"]
    print(f"{formula}_{order}: {said}")
