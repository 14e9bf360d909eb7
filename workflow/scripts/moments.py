"""Measure how well moments and ground states are told from structure alone."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import devices

devices.prepare_or_exit(snakemake.threads, snakemake.config["gpus"])

from spinlens.files import write_json, write_table
from spinlens.geometry import moments, moments_measured, published_crystals

given, output = snakemake.input, snakemake.output
group = snakemake.params.group
crystals = published_crystals.read(given.table, given.poscars, given.published, group)
known = crystals.chosen(crystals.known())
settings = moments.settings_of(snakemake.params.settings, known.structures)
measured, rows = moments_measured.measure(known, settings)
write_json(output.scores, measured)
write_table(output.table, rows)
