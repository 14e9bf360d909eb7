"""Fit every baseline on each fold of a split; write its predictions for the validation samples."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from itertools import product

import numpy as np

from spinlens.core.files import write_table
from spinlens.dataset import joint_targets
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import open_dataset
from spinlens.density import grids
from spinlens.evidence import BASELINES, baselines, descriptors, predictions, site_features
from spinlens.splits import folds as splits
from spinlens.splits.partitions import compositions as compositions_of

point = snakemake.params.hyperparameters
with open_dataset(snakemake.input.dataset) as dataset:
    target = joint_targets.read(dataset, snakemake.params.target)
    calculations = dataset["sample"].values[target.samples]
    compositions = compositions_of(dataset)[target.samples]
folds = splits.read(snakemake.input.split, calculations, compositions)
groups_of = splits.read_groups(snakemake.input.split)
groups = np.array([groups_of[calculation] for calculation in calculations])
described = descriptors.read(snakemake.input.descriptors).of(calculations)
hidden = grids.hides_moment(point["normalization"])
with Inputs(snakemake.input.dataset, point, cache_bytes=0) as inputs:  # each is read once
    statistics = [site_features.input_statistics(inputs[sample]) for sample in target.samples]

samples, rows = target.samples, []
for name, (of_target, each) in product(BASELINES, joint_targets.by_name(target).items()):
    print("baseline", name, of_target or "")
    own = np.searchsorted(samples, each.samples)
    if name == "input_statistics":
        features = np.array(statistics)
    else:
        features = described.features(name, point["channels"], unit_norm=hidden)
    for repeat in baselines.predictions(
        name, features[own], each.kind, each.truth, splits.restricted(folds, own),
        calculations[own], groups[own],
    ):  # fmt: skip
        of_row = {"baseline": name} | ({"target": of_target} if of_target else {})
        rows += [of_row | row for row in predictions.to_rows(repeat)]
write_table(snakemake.output[0], rows, dict.fromkeys(key for row in rows for key in row))
