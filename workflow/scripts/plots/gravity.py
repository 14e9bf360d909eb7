"""Draw the radial functions learned of point masses beside the exact ones."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import json
from pathlib import Path

from spinlens.plots import style
from spinlens.plots.gravity import gravity

measured = json.loads(Path(snakemake.input[0]).read_text(encoding="utf-8"))
style.save(gravity(measured), snakemake.output[0])
