"""Fit every baseline on each fold of a split; write what they say of the validated samples."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core.files import write_table
from spinlens.dataset import targets
from spinlens.dataset.read import open_dataset
from spinlens.evidence import baselines, descriptors, predictions
from spinlens.splits import folds as splits
from spinlens.splits.partitions import compositions as compositions_of

with open_dataset(snakemake.input.dataset) as dataset:
    target = targets.read(dataset, snakemake.params.target)
    calculations = dataset["sample"].values[target.samples]
    compositions = compositions_of(dataset)[target.samples]
folds = splits.read(snakemake.input.split, calculations, compositions)
described = descriptors.read(snakemake.input.descriptors).of(calculations)
channels, _, unit = snakemake.wildcards.view.partition("-")

rows = []
for name in baselines.NAMES:
    print("baseline", name)
    features = described.features(name, channels, unit_norm=bool(unit))
    for repeat in baselines.predictions(
        name, features, target.kind, target.truth, folds, calculations, compositions
    ):
        rows += [{"baseline": name} | row for row in predictions.to_rows(repeat)]
write_table(snakemake.output[0], rows)
