"""Rank the crystals of which nothing is known by what a network expects of them."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import moments, published_crystals, screening
from spinlens.core.files import write_table

given, params = snakemake.input, snakemake.params
crystals = published_crystals.read(given.table, given.poscars, given.published, params.group)
members = params.settings["screen_members"]
settings = moments.settings_of(params.settings, crystals.structures, members)
rows = screening.rank(crystals, set(params.computed), settings)
write_table(snakemake.output[0], rows, screening.COLUMNS)
