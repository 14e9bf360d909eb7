"""Draw the moments told from structure alone beside the published ones."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import json
from pathlib import Path

import pandas as pd

from spinlens.plots import style
from spinlens.plots.moments import moments

measured = json.loads(Path(snakemake.input.scores).read_text(encoding="utf-8"))
rows = pd.read_csv(snakemake.input.table, sep="\t", keep_default_na=False).to_dict("records")
style.save(moments(measured, rows), snakemake.output[0])
