"""Average the magnetization densities of each class, laid on the reference cell."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import whole
from spinlens.crystal.reference_cell import reference
from spinlens.dataset import class_means, targets
from spinlens.dataset.read import open_dataset

with open_dataset(snakemake.input[0]) as dataset:
    name, crystal = reference(dataset, snakemake.params.reference)
    target = targets.read(dataset, snakemake.params.target)
    found = class_means.class_means(dataset, target, crystal)
found.attrs["reference"] = name
with whole(snakemake.output[0]) as temporary:
    found.to_netcdf(temporary)
