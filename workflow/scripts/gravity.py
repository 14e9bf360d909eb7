"""Measure how networks learn accelerations and tensors of inertia of point masses."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import devices

devices.prepare_or_exit(snakemake.threads, snakemake.config["gpus"])

from spinlens.files import write_json
from spinlens.geometry import gravity

write_json(snakemake.output[0], gravity.measure(snakemake.params.settings["geometry_seed"]))
