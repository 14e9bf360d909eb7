"""Fit the exchange filter to the magnetic orders, score it on held-out elements, write J(R)."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_json, write_json, write_table
from spinlens.evidence import exchange_filter
from spinlens.filters.pair_orders import from_json

found = read_json(snakemake.input[0])
orders = [from_json(values) for values in found["orders"]]
result = exchange_filter.result(
    orders, found["missing"], snakemake.params.settings["exchange_energy_uncertainty_meV"]
)
summary = result.summary | {"remarks": found["remarks"]}
write_json(snakemake.output.summary, summary)
write_table(snakemake.output.j_of_r, result.rows, ["R", "J", "low", "high"])
write_table(
    snakemake.output.by_compound,
    result.rows_by_compound,
    ["compound", "weights", "R", "J", "low", "high"],
)
told = [name for name, known in summary["identifiable"].items() if known]
line = f"{len(orders)} orders; told: {', '.join(told) or 'no exchange constant'}"
print(f"exchange filter: {line}", file=terminal)
