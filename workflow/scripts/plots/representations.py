"""Draw representations of structures side by side, and write their table as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import json
from pathlib import Path

import pandas as pd

from spinlens.core.files import write_text
from spinlens.plots import style
from spinlens.plots.representations import representations
from spinlens.report import representations_table

given, output = snakemake.input, snakemake.output
measured = json.loads(Path(given.measured).read_text(encoding="utf-8"))
rows = pd.read_csv(given.table, sep="\t", keep_default_na=False).to_dict("records")
style.save(representations(rows, measured), output.figure)
write_text(output.page, representations_table.page(rows))
