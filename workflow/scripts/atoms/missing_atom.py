"""Train a network on structures without one atom; test it on others."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms.missing_atom_training import train_and_test
from spinlens.core.files import whole, write_json
from spinlens.training import checkpoints

kind, source = snakemake.wildcards.kind, snakemake.input
with checkpoints.of_script(snakemake, snakemake.output.scores):
    model, scores = train_and_test(kind, source[0] if source else "g2", snakemake.params.settings)
    with whole(snakemake.output.model) as temporary:
        model.save(temporary)
    write_json(snakemake.output.scores, scores)
