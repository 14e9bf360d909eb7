"""Measure how well moments and ground states are told from structure alone."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import moments, moments_scores, published_crystals
from spinlens.core.files import write_json, write_table

given, output = snakemake.input, snakemake.output
group = snakemake.params.group
files = given.table, given.poscars, given.published
known = published_crystals.read_known(*files, group)
config = snakemake.params.settings
settings = moments.settings_of(config, known.structures, config["screen_fold_members"])
measured, rows = moments_scores.measure(known, settings)
write_json(output.scores, measured)
write_table(output.table, rows)
