"""Compare representations of structures on the moments of published crystals."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import moments, published_crystals, representations_scores
from spinlens.core.files import write_json, write_table

given, output = snakemake.input, snakemake.output
group = snakemake.params.group
files = given.table, given.poscars, given.published
known = published_crystals.read_known(*files, group)
settings = moments.settings_of(snakemake.params.settings, known.structures, members=1)
rows, measured = representations_scores.measure(known, settings)
write_table(output.table, rows)
write_json(output.measured, measured)
