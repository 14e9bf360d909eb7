"""Draw the distribution of the target over the samples, with its threshold."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import targets
from spinlens.dataset import open_dataset
from spinlens.plots import style
from spinlens.plots.target import distribution

settings = snakemake.params.settings
with open_dataset(snakemake.input[0]) as dataset:
    target = targets.by_threshold(dataset, settings["target"], settings["threshold"])
sides = targets.split_once(target.classes, settings["train_fraction"], settings["split_seed"])
style.save(distribution(target, *sides), snakemake.output[0])
