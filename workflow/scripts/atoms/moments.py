"""Measure how well moments and ground states are predicted from structure alone."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import moments
from spinlens.atoms.moment_scores import cross_validate
from spinlens.atoms.structure_sets import read_crystals
from spinlens.core.files import write_json, write_table
from spinlens.training import checkpoints

given, output, config = snakemake.input, snakemake.output, snakemake.params.settings
files = given.table, given.poscars, given.published
known = read_crystals(*files, snakemake.params.group).with_published_moment()
members = config["screen_fold_members"]
settings = moments.network_settings(config, known.structures, members)
with checkpoints.of_script(snakemake, output.scores):
    scores, rows = cross_validate(known, settings)
    write_json(output.scores, scores)
    write_table(output.table, rows)
