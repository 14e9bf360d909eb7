"""Train a network on structures without one atom; test it on others."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0])

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import missing_atom_training as training
from spinlens.core.files import whole, write_json

kind, source = snakemake.wildcards.kind, snakemake.input
try:
    model, measured = training.measure(
        kind, source[0] if source else "g2", snakemake.params.settings
    )
except ValueError as fault:
    print(f"geometry: {fault}", file=terminal)
    raise SystemExit(1) from None
with whole(snakemake.output.model) as temporary:
    model.save(temporary)
write_json(snakemake.output.scores, measured)
