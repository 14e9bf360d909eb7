"""Score points beside the baselines: a row per point, target, split and metric."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core.files import write_table
from spinlens.evidence import predictions, table
from spinlens.splits import folds

evidence = []
for each in snakemake.params.evidence["of"]:
    groups = folds.read_groups(each["split_table"])
    target = each["target"] if each.get("one_of_several") else None
    evidence.append(
        table.Evidence(
            each["point"],
            each["target"],
            each["split"],
            predictions.of_fits(each["fits"], groups, each["networks"] > 1, target),
            table.read_baselines(each["baselines"], target),
            each["moment_hidden"],
            [predictions.of_fits(labelling, groups, target=target) for labelling in each["null"]],
            each["networks"],
            each["group"],
            each["nested"],
        )
    )
write_table(snakemake.output[0], table.rows(evidence), table.COLUMNS)
