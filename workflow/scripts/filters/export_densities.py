"""Write the class means and their difference as CHGCAR and .cube files."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from pathlib import Path

import xarray as xr

from spinlens.dataset import class_means
from spinlens.filters import export

folder = Path(snakemake.output[0])
with xr.open_dataset(snakemake.input[0]) as dataset:
    dataset.load()
crystal = class_means.crystal_of(dataset)
fields = {f"class_{i}": (str(name), dataset["mean"].values[i])
          for i, name in enumerate(dataset["class"].values)}  # fmt: skip
fields["difference"] = ("last class less the first", dataset["difference"].values)
for stem, (words, field) in fields.items():
    title = f"mean magnetization, {words}, muB A^-3"
    export.write_chgcar(folder / f"{stem}.CHGCAR.vasp", crystal, field, title)
    export.write_cube(folder / f"{stem}.cube", crystal, field, title)
