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
    **snakemake.params.settings,
)
print(outcome.attributes.get("excluded", "admitted"))
record.write(outcome, snakemake.output[0])
