"""Write the numbers of each sample that the baselines see."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.evidence import descriptors

descriptors.write(snakemake.output[0], snakemake.input[0])
