"""Gather the scores of the missing-atom networks, and draw them."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_json, write_json
from spinlens.plots import style
from spinlens.plots.point_networks import missing_atom

scores = dict(zip(snakemake.params.kinds, map(read_json, snakemake.input), strict=True))
write_json(snakemake.output.table, scores)
style.save(missing_atom(scores), snakemake.output.figure)
