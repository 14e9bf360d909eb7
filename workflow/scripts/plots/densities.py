"""Draw densities of the classes, their difference and the reference sample."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

import xarray as xr

from spinlens.core.files import write_text
from spinlens.dataset import class_means
from spinlens.dataset.read import open_dataset
from spinlens.density.isosurface import enclosing_level
from spinlens.plots import style
from spinlens.plots.density_page import density_page
from spinlens.plots.fields import plane_averages, slices
from spinlens.plots.isosurface import isosurface

DRAWN = 2  # of the shares, in the still image and when the page opens
files, output, share = snakemake.input, snakemake.output, snakemake.params.share
with xr.open_dataset(files.means) as classes:
    classes.load()
name = classes.attrs["reference"]
with open_dataset(files.dataset) as dataset:
    sample = dataset["magnetization"].sel(sample=name).values
crystal = class_means.crystal_of(classes)
names = map(str, classes["class"].values)
fields = {name: sample} | dict(zip(names, classes["mean"].values, strict=True))
fields["difference, last class less the first"] = classes["difference"].values
style.save(plane_averages(fields, crystal), output.averages)
style.save(slices(fields, crystal), output.slices)
shares = [0.5, 0.75, share, 0.97]  # of the page's slider
levels = {
    field_name: [enclosing_level(field, each) for each in shares]
    for field_name, field in fields.items()
}
style.save(isosurface(sample, crystal, levels[name][DRAWN], name), output.isosurface, True)
write_text(
    output.page, density_page(fields, crystal, levels, "Magnetization density", step=2, start=DRAWN)
)
