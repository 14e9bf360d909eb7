"""Train the models of spin and charge densities; score them on folds first."""

from spinlens.core import log

log.to_file(snakemake.log[0], snakemake.input)

from spinlens.core import devices

devices.prepare(snakemake.threads, snakemake.config["gpus"])

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from spinlens.atoms import (
    charge_model,
    density_files,
    density_model,
    density_samples,
    density_scores,
    points,
)
from spinlens.core.files import read_table, write_json, write_table
from spinlens.training import checkpoints

output, config = snakemake.output, snakemake.params.settings
records = [row["record"] for row in read_table(snakemake.input.samples)]
samples = density_samples.read(records, config["starting_moments"])
prepared = [density_samples.prepare(density_model.BASIS, each) for each in samples]
structures = [each.structure for each in samples]
elements = points.elements_of(structures)
settings = density_model.model_settings(config, structures)
of_folds = {"members": config["density_fold_members"]}


def fields(
    coefficients: Sequence[Any], prepared: Sequence[density_samples.Prepared]
) -> Callable[[int], Any]:
    """Return what makes the density of a sample, by its place: few of them are written."""
    return lambda i: density_model.on_grid(coefficients[i], prepared[i].sample)


with checkpoints.of_script(snakemake, output.summary):
    in_folds = density_model.DensityModel(elements, settings | of_folds)
    summary, rows, held_out = density_scores.cross_validate(prepared, in_folds)
    model = density_model.DensityModel(elements, settings).train(prepared, print)
    charges = charge_model.prepare(prepared) if config["density_charge"] else []
    fields_of_charge = None
    if charges:
        settings |= {"electrons": charge_model.valence_electrons(charges)}
        in_folds = charge_model.ChargeModel(elements, settings | of_folds)
        summary["charge"], own, held_out_charges = density_scores.cross_validate(
            charges, in_folds, lambda line: print(f"charge, {line}")
        )
        model.charge = charge_model.ChargeModel(elements, settings).train(charges, print)
        rows = [row | scores for row, scores in zip(rows, own, strict=True)]
        fields_of_charge = fields(held_out_charges["grouped"], charges)
    model.save(output.model)
    errors = [row["random_network"] for row in rows]
    in_random_folds, in_grouped = (fields(held_out[s], prepared) for s in ("random", "grouped"))
    density_files.write_held_out(output.held_out, samples, errors, in_random_folds)
    by_elements = Path(output.held_out, "elements")
    density_files.write_one_of_each_group(by_elements, samples, in_grouped, fields_of_charge)
    write_table(output.table, rows)
    write_json(output.summary, summary)
