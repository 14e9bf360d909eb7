"""Run GPAW from predicted moments and densities of crystals held out, and from other starts."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from pathlib import Path

from spinlens.atoms import density_starts
from spinlens.core.files import read_table, write_json, write_table

given = snakemake.input
records = {row["calculation"]: row["record"] for row in read_table(given.samples)}
rows = []
for predicted in sorted(Path(given.held_out, "elements").glob("*.nc")):
    found = density_starts.compare(
        records[predicted.stem],
        predicted,
        snakemake.params.settings,
        snakemake.config["gpaw_python"],
        snakemake.params.runs,
        snakemake.threads,
        snakemake.config["checkpoint_minutes"],
    )
    print(f"{predicted.stem}: " + ", ".join(f"{row['start']} {row['steps']}" for row in found))
    rows += found
write_table(snakemake.output.table, rows)
write_json(snakemake.output.summary, density_starts.summary(rows))
