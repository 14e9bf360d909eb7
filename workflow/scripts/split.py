"""Split one calculation; its record holds the grids, or why it is excluded."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import record, splitting
from spinlens.calculation.find import Calculation

calculation = Calculation(**snakemake.params.calculation)
outcome = splitting.split(
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
