"""Draw the distribution of the target over the samples, with its cuts and the single split."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.dataset import targets
from spinlens.dataset.read import open_dataset
from spinlens.plots import style
from spinlens.plots.target import target_distribution
from spinlens.splits import folds, partitions

settings = snakemake.params.settings
split = folds.single_split(settings)
with open_dataset(snakemake.input[0]) as dataset:
    target = targets.read(dataset, settings)
    [pair] = partitions.single(target, partitions.samples(dataset, target, split), split)
style.save(target_distribution(target, *pair), snakemake.output[0])
