"""Compare calculated moments and ground states with published ones: a table, a figure, a page."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import agreement, agreement_page, published
from spinlens.files import write_table, write_text
from spinlens.plots import style
from spinlens.plots.agreement import agreement as draw

labels, elements = agreement.read_records(snakemake.input.records)
rows = agreement.rows(labels, elements, published.read(snakemake.input.published))
write_table(snakemake.output.table, rows, agreement.COLUMNS)
style.save(draw(rows), snakemake.output.figure)
write_text(snakemake.output.page, agreement_page.page(rows))
