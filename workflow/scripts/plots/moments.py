"""Draw the moments predicted from structure alone beside the published ones."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_frame, read_json
from spinlens.plots import style
from spinlens.plots.moments import predicted_moments

scores = read_json(snakemake.input.scores)
rows = read_frame(snakemake.input.table).to_dict("records")
style.save(predicted_moments(scores, rows), snakemake.output[0])
