"""Gather what came of missing atoms, and draw it."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core.files import read_json, write_json
from spinlens.plots import style
from spinlens.plots.missing_atom import missing_atom

measured = dict(zip(snakemake.params.kinds, map(read_json, snakemake.input), strict=True))
write_json(snakemake.output.table, measured)
style.save(missing_atom(measured), snakemake.output.figure)
