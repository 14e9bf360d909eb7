"""Draw the exchange constants of all compositions."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_table
from spinlens.plots import style
from spinlens.plots.exchange_constants import exchange_constants

style.save(exchange_constants(read_table(snakemake.input[0])), snakemake.output[0])
