"""Choose the samples of a study; write them, and every other calculation with its reason."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core.files import write_table
from spinlens.dataset import select

found = select.of_records(
    snakemake.input.records,
    exchange=select.read_compared(snakemake.input.exchange),
    **snakemake.params.settings,
)
for line in found.told:
    print("select:", line)
print(f"{len(found.samples)} samples, {len(found.excluded)} excluded")
output = snakemake.output
write_table(output.samples, found.samples, ["calculation", "source", "record"])
write_table(output.excluded, found.excluded, ["calculation", "reason", "source"])
write_table(output.compared, found.compared, ["calculation", "label", "value", "label_source"])
