"""Train a network on one fold of a split; write its model, what it is, and what it came to."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core import devices

used = devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.core.files import write_json, write_table
from spinlens.core.memory import peak_bytes
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import open_dataset, ranges
from spinlens.training import fit as training
from spinlens.training import outputs, seeds
from spinlens.training import task as fitting

labelling, apart = seeds.labelling(snakemake.params.seed)
point = dict(snakemake.params.hyperparameters)
point["seed"] += apart
files = snakemake.input.dataset, snakemake.input.split
task = fitting.task(*files, point, snakemake.params.fold, labelling)

with Inputs(snakemake.input.dataset, point) as inputs:
    try:
        training.suited(point, inputs, used)
    except ValueError as fault:
        raise SystemExit(f"train: {fault}") from None
    fit = training.fit(point, inputs, *task.folds, task.target.class_count, used)
with open_dataset(snakemake.input.dataset) as dataset:
    trained_on = ranges(dataset, task.folds[0].samples)

output = snakemake.output
outputs.write_model(output.model, fit.model)
outputs.write_point(output.point, point, task, snakemake.params.settings["window"], trained_on)
outputs.write_predictions(
    output.predictions, task.calculations, task.target, task.folds, fit.predictions
)
outputs.write_filters(output.filters, fit, point["channels"], task.voxel_vectors)
outputs.write_architecture(output.architecture, fit.model)
write_table(output.history, fit.history)
write_json(output.metrics, fit.metrics)
write_json(output.usage, {"peak_memory_mb": round(peak_bytes() / 2**20, 1)})
