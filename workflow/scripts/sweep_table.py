"""Gather the metrics of all sweep points into one table, a row a point."""

from spinlens import log

log.to_file(snakemake.log[0])

import json
from pathlib import Path

from spinlens.files import write_table
from spinlens.sweep import spelled

rows = []
for (name, swept), file in zip(snakemake.params.points.items(), snakemake.input, strict=True):
    metrics = json.loads(Path(file).read_text(encoding="utf-8"))
    rows.append({"point": name} | {k: spelled(v) for k, v in swept.items()} | metrics)
write_table(snakemake.output[0], rows)
