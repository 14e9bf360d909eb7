"""Draw the distribution of the target over the samples, with its cuts and the single split."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import sides, splits, targets
from spinlens.dataset import open_dataset
from spinlens.plots import style
from spinlens.plots.target import distribution

settings = snakemake.params.settings
split = {"train_fraction": settings["train_fraction"], "seed": settings["split_seed"]}
with open_dataset(snakemake.input[0]) as dataset:
    target = targets.read(dataset, settings)
    [pair] = sides.single(target, splits.samples(dataset, target, split), split)
style.save(distribution(target, *pair), snakemake.output[0])
