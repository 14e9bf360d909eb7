"""Draw densities of the classes, their difference and the reference: averages, slices, surfaces."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import xarray as xr

from spinlens.core.files import write_text
from spinlens.dataset import class_means
from spinlens.dataset.storage import open_dataset
from spinlens.density import isosurface as surfaces
from spinlens.plots import style
from spinlens.plots.densities import plane_averages, slices
from spinlens.plots.density_page import density_page
from spinlens.plots.isosurface import isosurface

given, output, share = snakemake.input, snakemake.output, snakemake.params.share
with xr.open_dataset(given.means) as classes:
    classes.load()
with open_dataset(given.dataset) as dataset:
    sample = dataset["magnetization"].sel(sample=classes.attrs["reference"]).values
crystal, name = class_means.crystal_of(classes), classes.attrs["reference"]
names = map(str, classes["class"].values)
fields = {name: sample} | dict(zip(names, classes["mean"].values, strict=True))
fields["difference, last class less the first"] = classes["difference"].values
style.save(plane_averages(fields, crystal), output.averages)
style.save(slices(fields, crystal), output.slices)
levels = {n: surfaces.enclosing_level(field, share) for n, field in fields.items()}
style.save(isosurface(sample, crystal, levels[name], name), output.isosurface)
write_text(output.page, density_page(fields, crystal, levels, "Magnetization density", step=2))
