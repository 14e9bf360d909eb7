"""Write which samples of a target are trained on and which are validated, fold by fold."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.dataset import targets
from spinlens.dataset.read import open_dataset
from spinlens.splits import folds

split = snakemake.params.split
with open_dataset(snakemake.input[0]) as dataset:
    target = targets.read(dataset, snakemake.params.target)
    folds.write(
        snakemake.output[0], folds.assign(target, folds.samples(dataset, target, split), split)
    )
