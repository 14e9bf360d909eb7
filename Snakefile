"""spinlens: from raw VASP spin densities to trained models, their filters and a report."""

from snakemake.utils import min_version

min_version("9.0")


configfile: "config.yaml"


include: "workflow/rules/common.smk"
include: "workflow/rules/calculations.smk"
include: "workflow/rules/dataset.smk"
include: "workflow/rules/evidence.smk"
include: "workflow/rules/models.smk"
include: "workflow/rules/predict.smk"
include: "workflow/rules/crystal.smk"
include: "workflow/rules/steerable.smk"
include: "workflow/rules/figures.smk"
include: "workflow/rules/agreement.smk"
include: "workflow/rules/benchmarks.smk"
include: "workflow/rules/report.smk"
include: "workflow/rules/check.smk"
include: "workflow/rules/collect.smk"
include: "workflow/rules/gpaw.smk"
include: "workflow/rules/structures.smk"
include: "workflow/rules/geometry.smk"
include: "workflow/rules/screen.smk"
include: "workflow/rules/representations.smk"
include: "workflow/rules/autoencoder.smk"


rule all:
    """The main job: dataset, models, figures, tables and the report."""
    default_target: True
    input:
        f"{RESULTS}/dataset.nc",
        f"{RESULTS}/sweep.tsv",
        f"{RESULTS}/evidence.tsv",
        expand(rules.train.output, point=POINTS),
        rules.figures.input,
        f"{RESULTS}/report.html",


rule geometry:
    """Everything of atoms as points."""
    input:
        rules.tetris.output,
        rules.gravity_figure.output,
        rules.missing_atom_figure.output,
        rules.moments_figure.output,
        rules.representations_figure.output,
        rules.autoencoder.output,
        rules.latent_map.output,
