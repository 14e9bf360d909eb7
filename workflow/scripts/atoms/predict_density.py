"""Predict spin densities of structures; write and draw them."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from pathlib import Path

from spinlens.atoms import density_files, density_prediction
from spinlens.atoms.density_model import DensityModel
from spinlens.core.files import read_json, write_table
from spinlens.plots import style
from spinlens.plots.fields import slices

given, output, params = snakemake.input, snakemake.output, snakemake.params
model, scores = DensityModel.load(given.model), read_json(given.summary)
rows = []
for name, file in params.structures.items():
    made = density_prediction.predict(model, scores, file, name, params.settings)
    density_prediction.write(made, output.folder)
    title = f"{made.row['folder']}, predicted"
    figure = slices({title: made.magnetization}, density_files.crystal_of(made.cell))
    style.save(figure, Path(output.folder, made.row["folder"], "spin_density.svg"))
    rows.append(made.row)
    print(f"{title}: {made.row['total_moment_muB']} μB; {made.row['outside'] or 'within training'}")
write_table(output.table, rows, density_prediction.COLUMNS)
