"""Spin densities from structure: the model, its scores, and predictions."""

DENSITY_MODEL = f"{RESULTS}/density_model"


rule density_model_fit:
    """Learn spin and charge densities from structure; score them on folds beside baselines."""
    input:
        samples=f"{RESULTS}/samples.tsv",
        records=RECORDS,
    output:
        summary=f"{DENSITY_MODEL}/summary.json",
        table=f"{DENSITY_MODEL}/errors.tsv",
        held_out=directory(f"{DENSITY_MODEL}/held_out"),
        model=f"{DENSITY_MODEL}/model.pickle.gz",
    log:
        f"{RESULTS}/logs/density_model_fit.log",
    benchmark:
        f"{RESULTS}/benchmarks/density_model_fit.jsonl"
    conda:
        "../../envs/density.yaml"
    resources:
        mem_mb=growing(6000),
        runtime=growing(120),
    params:
        settings=settings(
            "density_charge",
            "density_members",
            "density_fold_members",
            "density_steps",
            "geometry_crystal_cutoff",
            "geometry_seed",
            "starting_moments",
        ),
        code=code("atoms/density_model.py"),
    script:
        "../scripts/atoms/density_model.py"


rule predict_density:
    """Predict spin and charge densities of the structures of `structures` in the order asked for."""
    input:
        model=rules.density_model_fit.output.model,
        summary=rules.density_model_fit.output.summary,
        structures=lambda wildcards: asked_structures().values(),
    output:
        table=f"{RESULTS}/density_predictions/predictions.tsv",
        folder=directory(f"{RESULTS}/density_predictions/structures"),
    log:
        f"{RESULTS}/logs/predict_density.log",
    benchmark:
        f"{RESULTS}/benchmarks/predict_density.jsonl"
    conda:
        "../../envs/density.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        structures=lambda wildcards: {n: str(f) for n, f in asked_structures().items()},
        settings=settings("order", "order_cells", "starting_moments", "cell_height", "density_grid"),
        code=code("atoms/predict_density.py"),
    script:
        "../scripts/atoms/predict_density.py"


rule density_starts:
    """Count the steps of GPAW from predicted moments and densities, beside other starts."""
    input:
        samples=f"{RESULTS}/samples.tsv",
        records=RECORDS,
        held_out=rules.density_model_fit.output.held_out,
        version=ancient(f"{RESULTS}/structures/gpaw_version.json"),
    output:
        table=f"{DENSITY_MODEL}/starts.tsv",
        summary=f"{DENSITY_MODEL}/starts.json",
    log:
        f"{RESULTS}/logs/density_starts.log",
    benchmark:
        f"{RESULTS}/benchmarks/density_starts.jsonl"
    conda:
        "../../envs/density.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime=growing(240),
    params:
        settings=settings(
            "starting_moments", "cell_height", "kpoint_spacing", "gpaw_kpoints", "hubbard_u"
        ),
        runs=GPAW_RUNS,
        code=code("atoms/density_starts.py"),
    script:
        "../scripts/atoms/density_starts.py"
