"""Join what the repeated fits came to with the main job's evidence, in the main table."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens.evidence import merged
from spinlens.files import read_table

# The table may hold rows of earlier repeated fits: only the main job's own are taken from it.
own = {tuple(place) for place in snakemake.params.own["places"]}
rows = [
    row
    for row in read_table(snakemake.input.table)
    if (row["point"], row["target"], row["split"]) in own
]
merged.write(
    snakemake.input.table, rows, snakemake.input.repeated, made_from=snakemake.input.descriptors
)
