"""Assign the samples of a target to training and validation folds."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0], snakemake.input)

from spinlens.dataset import joint_targets
from spinlens.dataset.read import open_dataset
from spinlens.splits import folds, partitions

split = snakemake.params.split
with open_dataset(snakemake.input[0]) as dataset:
    target = joint_targets.read(dataset, snakemake.params.target)
    if line := joint_targets.completeness(target, dataset.sizes["sample"]):
        print(line, file=terminal)
    samples = partitions.samples(dataset, target, split)
folds.write(snakemake.output[0], folds.assign(target, samples, split))
