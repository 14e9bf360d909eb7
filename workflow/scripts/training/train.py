"""Train a sweep point on the single split; write its model, predictions, filters and metrics."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

used = devices.prepare(snakemake.threads, snakemake.config["gpus"])

from pathlib import Path

from spinlens.core.files import link_copy
from spinlens.dataset.network_inputs import Inputs
from spinlens.filters import fit_files
from spinlens.training import checkpoints, task

point = dict(snakemake.params.hyperparameters)
dataset, split = snakemake.input.dataset, snakemake.input.split
own = task.task(dataset, split, point, snakemake.params.fold)
folder = Path(snakemake.output.model).parent
window = snakemake.params.settings["window"]
minutes = snakemake.config["checkpoint_minutes"]
curves = (
    folder.parents[1] / "tensorboard" / folder.name if snakemake.config["tensorboard"] else None
)
made_from = {"dataset": checkpoints.file_state(dataset), "code": snakemake.params.code}
place = checkpoints.place(folder, depth=1)
with checkpoints.of_job(place, minutes, made_from) as kept, Inputs(dataset, point) as inputs:
    fit_files.train_and_write(folder, inputs, dataset, point, own, window, used, kept, curves)
# Snakemake removes the outputs before it trains again: the former model stays here until then.
link_copy(map(str, snakemake.output), folder.parents[1] / "former" / folder.name)
