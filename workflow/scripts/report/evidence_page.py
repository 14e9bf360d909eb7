"""Write the evidence, score and verdict of every point, as a page."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import read_frame, write_text
from spinlens.report.evidence_page import evidence

table = read_frame(snakemake.input[0], text=True)
write_text(snakemake.output[0], evidence(table))
