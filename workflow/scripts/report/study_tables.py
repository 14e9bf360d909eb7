"""Write what each hyperparameter does on its own, as a table and as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import json
from pathlib import Path

import pandas as pd

from spinlens.core.files import whole, write_text
from spinlens.report import study_tables

files = zip(snakemake.input.metrics, snakemake.input.history, strict=True)
fits = {
    name: (json.loads(Path(metrics).read_text(encoding="utf-8")), pd.read_csv(history))
    for name, (metrics, history) in zip(snakemake.params.points, files, strict=True)
}
table = study_tables.study_tables(snakemake.params.points, snakemake.params.base, fits)
with whole(snakemake.output.table) as temporary:
    table.to_csv(temporary, sep="\t", index=False)
write_text(snakemake.output.page, study_tables.page(table))
