"""spinlens: from raw VASP spin densities to trained models, their filters and a report."""

from snakemake.utils import min_version

min_version("9.0")


include: "workflow/rules/common.smk"
include: "workflow/rules/calculations.smk"
include: "workflow/rules/exchange.smk"
include: "workflow/rules/dataset.smk"
include: "workflow/rules/splits.smk"
include: "workflow/rules/training.smk"
include: "workflow/rules/prediction.smk"
include: "workflow/rules/filters.smk"
include: "workflow/rules/evidence.smk"
include: "workflow/rules/structures.smk"
include: "workflow/rules/atoms.smk"
include: "workflow/rules/atoms_density.smk"
include: "workflow/rules/archive.smk"
include: "workflow/rules/benchmarks.smk"
include: "workflow/rules/plots_sweep.smk"
include: "workflow/rules/plots_crystal.smk"
include: "workflow/rules/plots_evidence.smk"
include: "workflow/rules/plots_atoms.smk"
include: "workflow/rules/report.smk"


rule all:
    """The main job: dataset, models, figures, tables and the report."""
    default_target: True
    input:
        DATASET,
        f"{RESULTS}/exchange.tsv",
        f"{RESULTS}/sweep.tsv",
        f"{RESULTS}/evidence.tsv",
        expand(rules.train.output, point=POINTS),
        rules.figures.input,
        f"{RESULTS}/report.html",


rule evidence:
    """Repeated, grouped, permuted and reseeded fits; their rows join results/evidence.tsv."""
    input:
        f"{RESULTS}/evidence.tsv",
        rules.evidence_fits.input,
        rules.filter_evidence_figure.output if PERMUTED["point"] else [],
        expand(rules.steerable_evidence.output, zip, **STEERABLE_PERMUTED),


rule geometry:
    """Every result of the networks on atoms as points."""
    input:
        rules.tetris.output,
        rules.gravity_figure.output,
        rules.missing_atom_figure.output,
        rules.moments_figure.output,
        rules.representations_figure.output,
        rules.autoencoder.output,
        rules.latent_map.output,


rule density_model:
    """The model of spin densities from structure: scores on folds, and pictures."""
    input:
        rules.density_model_fit.output,
        rules.density_model_figures.output,
