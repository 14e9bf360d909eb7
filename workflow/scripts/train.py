"""Train one sweep point and write its model, history, metrics, predictions and filters."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import devices

print("devices:", *devices.prepare(snakemake.threads, snakemake.config["gpus"]))

from spinlens import fit_files, targets, training
from spinlens.batches import Inputs
from spinlens.dataset import mean_voxel_vectors, open_dataset
from spinlens.files import write_json, write_table

point = snakemake.params.hyperparameters
with open_dataset(snakemake.input[0]) as dataset:
    target = targets.by_threshold(dataset, point["target"], point["threshold"])
    calculations = dataset["sample"].values
    voxel_vectors = mean_voxel_vectors(dataset)
sides = targets.split_once(target.classes, point["train_fraction"], point["split_seed"])
folds = [training.Fold(target.samples[side], target.classes[side]) for side in sides]

with Inputs(snakemake.input[0], point) as inputs:
    fit = training.fit(point, inputs, *folds, classes=len(target.names))

output = snakemake.output
fit_files.write_model(output.model, fit.model)
fit_files.write_predictions(output.predictions, calculations, target, sides, fit.probabilities)
fit_files.write_filters(output.filters, fit, point["channels"], voxel_vectors)
fit_files.write_architecture(output.architecture, fit.model)
write_table(output.history, fit.history)
write_json(output.metrics, fit.metrics)
