"""Score the trained model of spin densities on other calculations, beside superposed atoms."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import density_samples, density_scores
from spinlens.atoms.density_model import DensityModel
from spinlens.calculations import shards
from spinlens.core.files import write_table

records = shards.record_files(snakemake.input.records)
samples = density_samples.read(records, snakemake.params.settings["starting_moments"])
model = DensityModel.load(snakemake.input.model)
write_table(snakemake.output[0], density_scores.score_calculations(model, samples))
