"""Write the effect of each hyperparameter alone, as a table and as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_frame, read_json, whole, write_text
from spinlens.report import point_tables

files = zip(snakemake.input.metrics, snakemake.input.history, strict=True)
fits = {
    name: (read_json(metrics), read_frame(history))
    for name, (metrics, history) in zip(snakemake.params.points, files, strict=True)
}
table = point_tables.study_tables(snakemake.params.points, snakemake.params.base, fits)
with whole(snakemake.output.table) as temporary:
    table.to_csv(temporary, sep="\t", index=False)
write_text(snakemake.output.page, point_tables.study_page(table))
