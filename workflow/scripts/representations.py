"""Compare representations of structures on the moments of published crystals."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import devices

devices.prepare_or_exit(snakemake.threads, snakemake.config["gpus"])

from spinlens.files import write_json, write_table
from spinlens.geometry import moments, published_crystals, representations_measured

given, output = snakemake.input, snakemake.output
group = snakemake.params.group
files = given.table, given.poscars, given.published
known = published_crystals.read_known(*files, group)
settings = moments.settings_of(snakemake.params.settings, known.structures, members=1)
rows, measured = representations_measured.measure(known, settings)
write_table(output.table, rows)
write_json(output.measured, measured)
