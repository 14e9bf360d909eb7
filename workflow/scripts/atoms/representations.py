"""Compare representations of structures on the moments of published crystals."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import moments
from spinlens.atoms.representation_scores import compare
from spinlens.atoms.structure_sets import read_crystals
from spinlens.core.files import write_json, write_table
from spinlens.training import checkpoints

given, output = snakemake.input, snakemake.output
files = given.table, given.poscars, given.published
known = read_crystals(*files, snakemake.params.group).with_published_moment()
settings = moments.network_settings(snakemake.params.settings, known.structures, members=1)
with checkpoints.of_script(snakemake, output.table):
    rows, details = compare(known, settings)
    write_table(output.table, rows)
    write_json(output.details, details)
