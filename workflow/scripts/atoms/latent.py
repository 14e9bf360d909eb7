"""Map the codes of all structures, predict moments from them, and decode new ones."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.atoms import autoencoder, latent, motifs, proposals
from spinlens.atoms.structure_sets import read_crystals
from spinlens.core.files import read_json, write_json, write_table

given, output, config = snakemake.input, snakemake.output, snakemake.params.settings
seed = config["geometry_seed"]
vocabulary = read_json(given.scores)["made"]["vocabulary"]
encoder, decoder = map(autoencoder.load, (given.encoder, given.decoder))
structures = motifs.read(
    given.get("molecules", "g2"), given.poscars, config["geometry_autoencoder_atoms"]
)
files = given.table, given.candidates, given.published
known = read_crystals(*files, snakemake.params.group).with_published_moment()
errors, rows = latent.errors_and_map(encoder, structures, vocabulary, known, seed)
write_json(output.moments, errors)
write_table(output.table, rows)
write_json(output.structures, latent.drawing_data(structures))
count = config["geometry_autoencoder_proposals"]
proposed, decoded = proposals.propose(encoder, decoder, structures, vocabulary, count, seed)
proposals.write(decoded, proposed, output.proposals)
write_table(output.proposed, proposed, proposals.COLUMNS)
