"""Choose the samples of a study; write them, and every other calculation with its reason."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import selection
from spinlens.files import write_table

samples, excluded, passed_over = selection.of_records(snakemake.input, **snakemake.params.settings)
for label in passed_over:
    print(f"select: no calculation carries the label {label}, so it selects nothing")
print(f"{len(samples)} samples, {len(excluded)} excluded")
write_table(snakemake.output.samples, samples, ["calculation", "source", "record"])
write_table(snakemake.output.excluded, excluded, ["calculation", "reason", "source"])
