"""Write what points are worth beside the baselines, a row a point, target, split and metric."""

from spinlens import log

log.to_file(snakemake.log[0])

from pathlib import Path

from spinlens.evidence import descriptors, fits, table
from spinlens.files import read_table, write_table

described = descriptors.read(snakemake.input.descriptors)
compositions = dict(zip(described.calculation, described.formula, strict=True))

evidence = [
    table.Evidence(
        each["point"],
        each["target"],
        each["split"],
        fits.repeats(each["fits"], compositions),
        fits.baselines(each["baselines"]),
        each["normalization"] in ("integral", "norm"),
        [fits.repeats(labelling, compositions) for labelling in each["null"]],
    )
    for each in snakemake.params.evidence["of"]
]
rows = table.rows(evidence)

# What `snakemake evidence` found of this dataset stays in the table that the main job makes anew.
repeated = Path(snakemake.params.repeated or "none")
newer = (
    repeated.is_file()
    and repeated.stat().st_mtime > Path(snakemake.input.descriptors).stat().st_mtime
)
rows += read_table(repeated) if newer else []
write_table(snakemake.output[0], rows, table.COLUMNS)
