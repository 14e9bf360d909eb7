"""Gather what came of missing atoms, and draw it."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import json
from pathlib import Path

from spinlens.core.files import write_json
from spinlens.plots import style
from spinlens.plots.missing_atom import missing_atom

texts = [Path(file).read_text(encoding="utf-8") for file in snakemake.input]
measured = dict(zip(snakemake.params.kinds, map(json.loads, texts), strict=True))
write_json(snakemake.output.table, measured)
style.save(missing_atom(measured), snakemake.output.figure)
