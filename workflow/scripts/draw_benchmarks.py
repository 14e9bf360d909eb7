"""Draw the convolution benchmark, and write its table as a page."""

from spinlens import log

log.to_file(snakemake.log[0])

import json
from pathlib import Path

from spinlens.benchmarks import tables
from spinlens.files import write_text
from spinlens.plots import style
from spinlens.plots.benchmarks import convolution

measured = json.loads(Path(snakemake.input[0]).read_text(encoding="utf-8"))
style.save(convolution(measured), snakemake.output.figure)
write_text(snakemake.output.table, tables.convolution(measured))
