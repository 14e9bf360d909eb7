"""Train a network on one fold of a split; write its model, what it is, and what it came to."""

from spinlens import log

log.to_file(snakemake.log[0])

from spinlens import devices

used = devices.prepare_or_exit(snakemake.threads, snakemake.config["gpus"])

from spinlens import fit_files, fitting, seen, training
from spinlens.dataset import open_dataset
from spinlens.evidence import plan
from spinlens.files import write_json, write_table
from spinlens.inputs import Inputs
from spinlens.memory import peak_bytes

labelling, apart = plan.labelling(snakemake.params.seed)
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
    trained_on = seen.of_samples(dataset, task.folds[0].samples)

output = snakemake.output
fit_files.write_model(output.model, fit.model)
fit_files.write_point(output.point, point, task, snakemake.params.settings["window"], trained_on)
fit_files.write_predictions(
    output.predictions, task.calculations, task.target, task.folds, fit.predictions
)
fit_files.write_filters(output.filters, fit, point["channels"], task.voxel_vectors)
fit_files.write_architecture(output.architecture, fit.model)
write_table(output.history, fit.history)
write_json(output.metrics, fit.metrics)
write_json(output.usage, {"peak_memory_mb": round(peak_bytes() / 2**20, 1)})
