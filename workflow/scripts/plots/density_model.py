"""Draw predicted spin densities of crystals that were held out beside the computed ones."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from pathlib import Path

import xarray as xr

from spinlens.core.files import read_table
from spinlens.crystal.reference_cell import Crystal
from spinlens.plots import style
from spinlens.plots.fields import slices

given = snakemake.input
records = {Path(row["record"]).stem: row["record"] for row in read_table(given.samples)}
for name, file in snakemake.output.items():
    with xr.open_dataset(Path(given.held_out, f"{name}.nc"), engine="netcdf4") as predicted:
        predicted.load()
    with xr.open_dataset(records[predicted.attrs["id"]], engine="netcdf4") as computed:
        truth = computed["magnetization"].values
    field = predicted["magnetization"].values
    sites = predicted["site_position"].values, tuple(map(str, predicted["site_element"].values))
    crystal = Crystal(predicted["lattice"].values, *sites)
    title = f"{predicted.attrs['id']}, error {predicted.attrs['error']:.1%}"
    fields = {f"predicted: {title}": field, "computed": truth, "difference": field - truth}
    style.save(slices(fields, crystal), file)
