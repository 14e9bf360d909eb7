"""Spin densities from structure: the model, its scores, and predictions."""

DENSITY_MODEL = f"{RESULTS}/density_model"


rule density_model_fit:
    """Learn spin densities from structure; score them on folds beside baselines."""
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
    threads: 2
    resources:
        mem_mb=growing(6000),
        runtime=growing(120),
    params:
        settings=settings(
            "density_members",
            "density_steps",
            "geometry_crystal_cutoff",
            "geometry_seed",
            "starting_moments",
        ),
        code=code("atoms/density_model.py"),
    script:
        "../scripts/atoms/density_model.py"
