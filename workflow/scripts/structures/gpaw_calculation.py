"""Lay out one order that GPAW computed as a calculation: its CHGCAR, or why there is none."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

import os
import shutil
from pathlib import Path

from spinlens.core.files import read_json, write_json

formula, order = snakemake.wildcards.calculation.rsplit("_", 1)
record = read_json(snakemake.input[0])[order]
folder = Path(snakemake.output[0])
folder.mkdir(parents=True, exist_ok=True)
run = Path(snakemake.params.runs, record["run"])
for name in ("CHGCAR.gz", "gpaw.txt.gz"):
    if (run / name).is_file():
        try:
            os.link(run / name, folder / name)
        except OSError:  # a file system without hard links
            shutil.copy(run / name, folder / name)
write_json(folder / "result.json", record)
