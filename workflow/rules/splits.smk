"""Training and validation folds of each target."""


rule assign:
    """Assign training and validation folds for {wildcards.target} in {wildcards.split}."""
    input:
        DATASET,
    output:
        f"{RESULTS}/splits/{{target}}/{{split}}.tsv",
    log:
        f"{RESULTS}/logs/assign/{{target}}/{{split}}.log",
    conda:
        "../../envs/keras.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        target=lambda wildcards: TARGETS[wildcards.target],
        split=lambda wildcards: {
            name: value for name, value in SPLITS[wildcards.split].items() if name != "seeds"
        },
        code=code("splits/assign.py"),
    script:
        "../scripts/splits/assign.py"
