"""Write the scale benchmark's table as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0])

import json
from pathlib import Path

from spinlens.benchmarks import scale
from spinlens.core.files import write_text

measured = json.loads(Path(snakemake.input[0]).read_text(encoding="utf-8"))
write_text(snakemake.output[0], scale.page(measured))
