"""Rank the crystals without a known moment by the moment that an ensemble expects."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import moment_scores, moments
from spinlens.atoms.structure_sets import read_crystals
from spinlens.core.files import write_table
from spinlens.training import checkpoints

given, params = snakemake.input, snakemake.params
crystals = read_crystals(given.table, given.poscars, given.published, params.group)
members = params.settings["screen_members"]
settings = moments.network_settings(params.settings, crystals.structures, members)
with checkpoints.of_script(snakemake, snakemake.output[0]):
    rows = moment_scores.rank_unknown(crystals, set(params.computed), settings)
    write_table(snakemake.output[0], rows, moment_scores.SCREEN_COLUMNS)
