"""Draw the sweep, and write its table as a page."""

from spinlens import log

log.to_file(snakemake.log[0])

import pandas as pd

from spinlens import tables
from spinlens.files import write_text
from spinlens.plots import style
from spinlens.plots.parallel import parallel_coordinates
from spinlens.plots.responses import responses
from spinlens.plots.sweep import sweep

table = pd.read_csv(snakemake.input[0], sep="\t", keep_default_na=False, na_values=[""])
style.save(sweep(table), snakemake.output.figure)
write_text(snakemake.output.table, tables.sweep(table))
style.save(responses(table), snakemake.output.responses)
style.save(parallel_coordinates(table), snakemake.output.parallel)
