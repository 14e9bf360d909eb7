"""Train a network on one fold of a split; write its model, predictions, filters and metrics."""

from spinlens.core import log

log.to_file(snakemake.log[0])

from spinlens.core import devices

used = devices.prepare(snakemake.threads, snakemake.config["gpus"])

from spinlens.core.files import write_json, write_table
from spinlens.core.memory import peak_bytes
from spinlens.dataset.network_inputs import Inputs
from spinlens.dataset.read import open_dataset, ranges
from spinlens.filters import kernels
from spinlens.models import build
from spinlens.training import fit as training
from spinlens.training import outputs, task

labelling, added_seed = task.labelling_of(snakemake.params.seed)
point = dict(snakemake.params.hyperparameters)
point["seed"] += added_seed
files = snakemake.input.dataset, snakemake.input.split
own = task.task(*files, point, snakemake.params.fold, labelling)

with Inputs(snakemake.input.dataset, point) as inputs:
    fit = training.fit(point, inputs, *own.folds, own.target.class_count, used)
with open_dataset(snakemake.input.dataset) as dataset:
    trained_on = ranges(dataset, own.folds[0].samples)

output = snakemake.output
outputs.write_model(output.model, fit.model)
outputs.write_point(output.point, point, own, snakemake.params.settings["window"], trained_on)
outputs.write_predictions(
    output.predictions, own.calculations, own.target, own.folds, fit.predictions
)
kernels.write(
    output.filters,
    build.first_kernel(fit.model),
    fit.initial_kernel,
    point["channels"],
    own.voxel_vectors,
)
outputs.write_architecture(output.architecture, fit.model)
write_table(output.history, fit.history)
write_json(output.metrics, fit.metrics)
write_json(output.usage, {"peak_memory_mb": round(peak_bytes() / 2**20, 1)})
