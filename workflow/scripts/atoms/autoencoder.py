"""Train the autoencoder of discrete geometry, and measure what comes back of its codes."""

from spinlens.core import log

terminal = log.to_file(snakemake.log[0])

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import autoencoder_scores, motifs
from spinlens.core.errors import SpinlensError
from spinlens.core.files import whole, write_json

given, output, asked = snakemake.input, snakemake.output, snakemake.params.settings
if asked["cell_height"] is None:
    raise SpinlensError("the autoencoder takes layers, and cell_height: null makes bulk crystals")
try:
    everything = motifs.read(
        given.get("molecules", "g2"), given.poscars, asked["geometry_autoencoder_atoms"]
    )
except ValueError as fault:
    print(f"geometry: {fault}", file=terminal)
    raise SystemExit(1) from None
settings = {
    "steps": asked["geometry_autoencoder_steps"],
    "most": asked["geometry_autoencoder_order"],
    "channels": asked["geometry_autoencoder_channels"],
    "seed": asked["geometry_seed"],
}
encoder, decoder, measured = autoencoder_scores.made_and_measured(everything, settings)
for model, path in ((encoder, output.encoder), (decoder, output.decoder)):
    with whole(path) as temporary:
        model.save(temporary)
write_json(output.scores, measured)
