"""Run GPAW from predicted moments and densities of crystals held out, and from other starts."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.atoms import density_files, density_samples, density_starts
from spinlens.core.files import read_table, write_json, write_table

given, output, settings = snakemake.input, snakemake.output, snakemake.params.settings
records = [row["record"] for row in read_table(given.samples)]
samples = density_samples.read(records, settings["starting_moments"])
coefficients = density_files.read_coefficients(given.coefficients, "grouped")
rows = []
for sample in density_starts.one_of_each_group(samples):
    found = density_starts.compare(
        sample,
        coefficients[sample.name],
        settings,
        snakemake.config["gpaw_python"],
        snakemake.params.runs,
        snakemake.threads,
        snakemake.config["checkpoint_minutes"],
    )
    print(f"{sample.name}: " + ", ".join(f"{row['start']} {row['steps']}" for row in found))
    rows += found
write_table(output.table, rows)
write_json(output.summary, density_starts.summary(rows))
