"""Find GPAW, before any calculation is started."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import write_json
from spinlens.structures import gpaw

write_json(snakemake.output[0], gpaw.version(snakemake.config["gpaw_python"]))
