"""Write what points are worth beside the baselines, a row a point, target, split and metric."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core.files import write_table
from spinlens.evidence import descriptors, predictions, table

described = descriptors.read(snakemake.input.descriptors)
compositions = dict(zip(described.calculation, described.formula, strict=True))

evidence = [
    table.Evidence(
        each["point"],
        each["target"],
        each["split"],
        predictions.of_fits(each["fits"], compositions, ensembles=each["networks"] > 1),
        table.read_baselines(each["baselines"]),
        each["moment_hidden"],
        [predictions.of_fits(labelling, compositions) for labelling in each["null"]],
        each["networks"],
    )
    for each in snakemake.params.evidence["of"]
]
write_table(snakemake.output[0], table.rows(evidence), table.COLUMNS)
