"""Draw the radial functions learned of point masses beside the exact ones."""

from spinlens.core import log

log.to_file(snakemake.log[0])


from spinlens.core.files import read_json
from spinlens.plots import style
from spinlens.plots.gravity import gravity

measured = read_json(snakemake.input[0])
style.save(gravity(measured), snakemake.output[0])
