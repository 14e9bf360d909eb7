"""Draw the map of codes, still and interactive."""

from spinlens.core import log

log.to_file(snakemake.log[0])


from spinlens.core.files import read_json, read_table, write_text
from spinlens.plots import style
from spinlens.plots.latent_map import latent_map
from spinlens.plots.latent_page import latent_page

rows = read_table(snakemake.input.table)
drawn = read_json(snakemake.input.structures)
style.save(latent_map(rows), snakemake.output.figure)
page = latent_page(rows, drawn["structures"], drawn["radii"], "Structures by their codes")
write_text(snakemake.output.page, page)
