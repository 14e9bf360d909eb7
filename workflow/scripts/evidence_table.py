"""Write what points are worth beside the baselines, a row a point, target, split and metric."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens.evidence import descriptors, fits, merged, table

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
merged.write(
    snakemake.output[0],
    table.rows(evidence),
    repeated=snakemake.params.repeated,
    made_from=snakemake.input.descriptors,
)
