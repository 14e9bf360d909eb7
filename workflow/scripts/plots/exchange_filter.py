"""Draw J(R) of the exchange filter."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_json, read_table
from spinlens.plots import style
from spinlens.plots.exchange_filter import exchange_filter

figure = exchange_filter(
    read_table(snakemake.input.j_of_r),
    read_table(snakemake.input.by_compound),
    read_json(snakemake.input.summary),
)
style.save(figure, snakemake.output[0])
