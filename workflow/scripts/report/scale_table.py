"""Write the scale benchmark's table as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0])


from spinlens.benchmarks import scale
from spinlens.core.files import read_json, write_text

measured = read_json(snakemake.input[0])
write_text(snakemake.output[0], scale.page(measured))
