"""Write which samples of a target are trained on and which are validated, fold by fold."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import splits, targets
from spinlens.dataset import open_dataset

split = snakemake.params.split
with open_dataset(snakemake.input[0]) as dataset:
    target = targets.read(dataset, snakemake.params.target)
    splits.write(
        snakemake.output[0], splits.assign(target, splits.samples(dataset, target, split), split)
    )
