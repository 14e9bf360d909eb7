"""Assign the samples of a target to training and validation folds."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.dataset import targets
from spinlens.dataset.read import open_dataset
from spinlens.splits import folds, partitions

split = snakemake.params.split
with open_dataset(snakemake.input[0]) as dataset:
    target = targets.read(dataset, snakemake.params.target)
    samples = partitions.samples(dataset, target, split)
folds.write(snakemake.output[0], folds.assign(target, samples, split))
