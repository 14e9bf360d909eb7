"""Write what points are worth beside the baselines, a row a point, target, split and metric."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core.files import write_table
from spinlens.evidence import descriptors, fits, table

described = descriptors.read(snakemake.input.descriptors)
compositions = dict(zip(described.calculation, described.formula, strict=True))

evidence = [
    table.Evidence(
        each["point"],
        each["target"],
        each["split"],
        (fits.ensembles if each["networks"] > 1 else fits.repeats)(each["fits"], compositions),
        fits.baselines(each["baselines"]),
        each["moment_hidden"],
        [fits.repeats(labelling, compositions) for labelling in each["null"]],
        each["networks"],
    )
    for each in snakemake.params.evidence["of"]
]
write_table(snakemake.output[0], table.rows(evidence), table.COLUMNS)
