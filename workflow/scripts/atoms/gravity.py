"""Train networks on accelerations and tensors of inertia of point masses."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import gravity
from spinlens.core.files import write_json
from spinlens.training import checkpoints

with checkpoints.of_script(snakemake, snakemake.output[0]):
    laws = gravity.learned_laws(snakemake.params.settings["geometry_seed"])
    write_json(snakemake.output[0], laws)
