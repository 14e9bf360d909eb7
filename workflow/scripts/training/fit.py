"""Train the networks of one fold of a split: several seeds, of true or of permuted labels.

A nested point chooses its hyperparameters first, on the training fold alone (choice.json).
"""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

used = devices.prepare(snakemake.threads, snakemake.config["gpus"])

from pathlib import Path

from spinlens.core.files import write_json
from spinlens.dataset.network_inputs import Inputs
from spinlens.filters import fit_files
from spinlens.models.reuse import Networks
from spinlens.training import checkpoints, choice, task

dataset, split = snakemake.input.dataset, snakemake.input.split
params, fold = snakemake.params, snakemake.wildcards.fold
folder, point = Path(snakemake.output[0]), dict(params.hyperparameters)
window = params.settings["window"]

minutes = snakemake.config["checkpoint_minutes"]
made_from = {"dataset": checkpoints.file_state(dataset), "code": params.code}
place = checkpoints.place(folder, depth=5)
# A network that is done keeps its checkpoint until all networks of the job are; by the checkpoints
# an unfinished folder is known.
with checkpoints.of_job(place, minutes, made_from) as kept, Inputs(dataset, point) as inputs:
    folder.mkdir(parents=True, exist_ok=True)
    networks = Networks()
    if params.choices:
        own = task.task(dataset, split, point, fold)
        override, rows = choice.choose(
            inputs,
            point,
            params.choices,
            own.folds[0],
            own.groups,
            own.target.class_count,
            checkpoints=kept,
            networks=networks,
        )
        write_json(folder / "choice.json", rows)
        point |= override
    for seed in params.seeds:
        print("network", seed)
        labelling, added_seed = task.labelling_of(seed)
        seeded = point | {"seed": point["seed"] + added_seed}
        own = task.task(dataset, split, seeded, fold, labelling, params.permutation_group)
        fit_files.train_and_write(
            folder / seed,
            inputs,
            dataset,
            seeded,
            own,
            window,
            used,
            kept.of(seed),
            networks=networks,
        )
