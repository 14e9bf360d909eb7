"""Measure how networks tell shapes of four cubes apart, turned and moved."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import tetris
from spinlens.core.files import write_json

settings = snakemake.params.settings
measured = tetris.measure(settings["geometry_rotations"], settings["geometry_seed"])
print(measured)
write_json(snakemake.output[0], measured)
