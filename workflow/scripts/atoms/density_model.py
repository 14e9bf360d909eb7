"""Train the model of spin densities; score it on folds first."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from pathlib import Path

from spinlens.atoms import density_files, density_model, density_samples, density_scores, points
from spinlens.core.files import read_table, write_json, write_table
from spinlens.training import checkpoints

output, config = snakemake.output, snakemake.params.settings
records = [row["record"] for row in read_table(snakemake.input.samples)]
samples = density_samples.read(records, config["starting_moments"])
prepared = [density_samples.prepare(density_model.BASIS, each) for each in samples]
structures = [each.structure for each in samples]
settings = density_model.model_settings(config, structures)
with checkpoints.of_script(snakemake, output.summary):
    of_folds = settings | {"members": config["density_fold_members"]}
    summary, rows, held_out = density_scores.cross_validate(prepared, of_folds)
    model = density_model.DensityModel(points.elements_of(structures), settings)
    model.train(prepared, print).save(output.model)
    errors = [row["random_network"] for row in rows]
    fields = {
        split: [density_model.on_grid(*pair) for pair in zip(own, samples, strict=True)]
        for split, own in held_out.items()
    }
    density_files.write_held_out(output.held_out, samples, errors, fields["random"])
    elements = Path(output.held_out, "elements")
    density_files.write_one_of_each_group(elements, samples, fields["grouped"])
    write_table(output.table, rows)
    write_json(output.summary, summary)
