"""Choose the samples of a study; write them, and every other calculation with its reason."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.calculations import shards
from spinlens.core.files import write_table
from spinlens.dataset import select

selection = select.select_samples(
    shards.record_files(snakemake.input.records),
    exchange=select.read_compared(snakemake.input.exchange),
    without_charge_file=snakemake.params.without_charge_file,
    **snakemake.params.settings,
)
for line in selection.messages:
    print("select:", line)
print(f"{len(selection.samples)} samples, {len(selection.excluded)} excluded")
output = snakemake.output
write_table(output.samples, selection.samples, ["calculation", "source", "record"])
write_table(output.excluded, selection.excluded, ["calculation", "reason", "source"])
write_table(output.compared, selection.compared, select.COMPARED_COLUMNS)
write_table(output.selection, selection.conditions, select.CONDITION_COLUMNS)
