"""Draw calculated beside published moments and ground states; write their table as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.calculations import published
from spinlens.core.files import write_text
from spinlens.plots import style
from spinlens.plots.moments import calculated_moments
from spinlens.report import result_tables

rows = published.read_agreement(snakemake.input[0])
style.save(calculated_moments(rows), snakemake.output.figure)
page = result_tables.agreement(rows, published.summary(rows)._asdict())
write_text(snakemake.output.page, page)
