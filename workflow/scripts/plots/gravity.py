"""Draw the radial functions learned of point masses beside the exact ones."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_json
from spinlens.plots import style
from spinlens.plots.point_networks import gravity

style.save(gravity(read_json(snakemake.input[0])), snakemake.output[0])
