"""Split one calculation; its record holds the grids, or why it is excluded."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.calculations import record, split
from spinlens.calculations.find import Calculation

calculation = Calculation(**snakemake.params.calculation)
outcome = split.split(
    calculation,
    table_labels=snakemake.params.labels,
    label_table=snakemake.params.label_table,
    settings=snakemake.params.settings,
)
reason = outcome.attributes.get("excluded")
print(f"excluded: {reason}" if reason else "admitted")
if reason and snakemake.params.settings["on_bad_calculation"] == "stop":
    raise SystemExit(f"{calculation.charge_file}: {reason}")
record.write(outcome, snakemake.output[0])
