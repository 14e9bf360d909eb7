"""Compare calculated moments and ground states with published ones: a table, a figure, a page."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.calculations import published
from spinlens.core.files import write_table, write_text
from spinlens.dataset import agreement
from spinlens.plots import style
from spinlens.plots.moments import calculated_moments
from spinlens.report import result_tables

labels, elements = agreement.read_records(snakemake.input.records)
rows = agreement.rows(labels, elements, published.read(snakemake.input.published))
write_table(snakemake.output.table, rows, agreement.COLUMNS)
style.save(calculated_moments(rows), snakemake.output.figure)
page = result_tables.agreement(rows, agreement.summary(rows)._asdict())
write_text(snakemake.output.page, page)
