"""Write the report's first page, every number from the tables of results."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_frame, write_text
from spinlens.report import first_page

given = snakemake.input
text = first_page.first_page(
    read_frame(given.samples, text=True),
    read_frame(given.excluded, text=True),
    read_frame(given.sweep),
    read_frame(given.evidence, text=True),
    snakemake.params.template["text"],
    read_frame(given.selection, text=True),
)
write_text(snakemake.output[0], text)
