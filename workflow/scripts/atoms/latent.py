"""Codes of all structures: their map, the moments told from them, and what lies between them."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])


from spinlens.atoms import autoencoder, latent, motifs, published_crystals
from spinlens.atoms.proposals import COLUMNS, propose, write
from spinlens.core.files import read_json, write_json, write_table

given, output, asked = snakemake.input, snakemake.output, snakemake.params.settings
seed = asked["geometry_seed"]
names = read_json(given.scores)["made"]["names"]
encoder, decoder = map(autoencoder.load, (given.encoder, given.decoder))
everything = motifs.read(
    given.get("molecules", "g2"), given.poscars, asked["geometry_autoencoder_atoms"]
)
files = given.table, given.candidates, given.published
crystals = published_crystals.read_known(*files, snakemake.params.group)
moments, places = latent.measure(encoder, everything, names, crystals, seed)
write_json(output.moments, moments)
write_table(output.table, places)
write_json(output.structures, latent.drawable(everything))
rows, structures = propose(
    encoder, decoder, everything, names, asked["geometry_autoencoder_proposals"], seed
)
write(structures, rows, output.proposals)
write_table(output.proposed, rows, COLUMNS)
