"""Train the autoencoder of discrete geometry; measure what comes back from its codes."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import motifs
from spinlens.atoms.autoencoder_training import train_and_score
from spinlens.core.errors import SpinlensError
from spinlens.core.files import whole, write_json
from spinlens.training import checkpoints

given, output, config = snakemake.input, snakemake.output, snakemake.params.settings
if config["cell_height"] is None:
    raise SpinlensError("the autoencoder takes layers, and cell_height: null makes bulk crystals")
structures = motifs.read(
    given.get("molecules", "g2"), given.poscars, config["geometry_autoencoder_atoms"]
)
settings = {
    "steps": config["geometry_autoencoder_steps"],
    "degree": config["geometry_autoencoder_degree"],
    "channels": config["geometry_autoencoder_channels"],
    "seed": config["geometry_seed"],
}
with checkpoints.of_script(snakemake, output.scores):
    encoder, decoder, scores = train_and_score(structures, settings)
    for model, path in ((encoder, output.encoder), (decoder, output.decoder)):
        with whole(path) as temporary:
            model.save(temporary)
    write_json(output.scores, scores)
