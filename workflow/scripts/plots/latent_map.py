"""Draw the map of codes, as a figure and as an interactive page."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_json, read_table, write_text
from spinlens.plots import style
from spinlens.plots.latent_map import latent_map, latent_page

rows = read_table(snakemake.input.table)
drawings = read_json(snakemake.input.structures)
style.save(latent_map(rows), snakemake.output.figure)
title = "Structures by their codes"
page = latent_page(rows, drawings["structures"], drawings["radii"], title)
write_text(snakemake.output.page, page)
