"""Write the resolved config."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

import yaml

from spinlens.core.files import write_text

# In its own order: the order of a sweep's hyperparameters is that of its points.
text = yaml.safe_dump(snakemake.params.config, allow_unicode=True, sort_keys=False)
write_text(snakemake.output[0], text)
