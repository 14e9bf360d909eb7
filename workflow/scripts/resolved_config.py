"""Write the resolved config."""

from spinlens import log

log.to_file(snakemake.log[0])

import yaml

from spinlens.files import write_text

write_text(snakemake.output[0], yaml.safe_dump(snakemake.params.config, allow_unicode=True))
