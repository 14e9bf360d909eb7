"""Draw the distribution of the target over the samples, with its cuts and the single split.

Of several targets the first is drawn.
"""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

import numpy as np

from spinlens.dataset import joint_targets
from spinlens.dataset.read import open_dataset
from spinlens.plots import style
from spinlens.plots.target import target_distribution
from spinlens.splits import folds, partitions

settings = snakemake.params.settings
split = folds.single_split(settings)
with open_dataset(snakemake.input[0]) as dataset:
    target = joint_targets.read(dataset, settings)
    [pair] = partitions.single(target, partitions.samples(dataset, target, split), split)
first = next(iter(joint_targets.by_name(target).values()))
own = np.searchsorted(target.samples, first.samples)
pair = folds.restricted({"0": pair}, own)["0"]
style.save(target_distribution(first, *pair), snakemake.output[0])
