"""Measure how well networks classify rotated and translated shapes of four cubes."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import tetris
from spinlens.core.files import write_json

settings = snakemake.params.settings
scores = tetris.accuracies(settings["geometry_rotations"], settings["geometry_seed"])
print(scores)
write_json(snakemake.output[0], scores)
