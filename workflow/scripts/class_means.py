"""Average the magnetization densities of each class, laid on the reference cell."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import means, targets
from spinlens.crystal import reference
from spinlens.dataset import open_dataset
from spinlens.files import whole

with open_dataset(snakemake.input[0]) as dataset:
    name, crystal = reference(dataset, snakemake.params.reference)
    target = targets.read(dataset, snakemake.params.target)
    found = means.class_means(dataset, target, crystal)
found.attrs["reference"] = name
with whole(snakemake.output[0]) as temporary:
    found.to_netcdf(temporary)
