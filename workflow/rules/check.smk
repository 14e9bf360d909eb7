"""A smoke check of the environment, before hours of training."""


rule check:
    """Train a small CNN on scikit-learn's digits; show the devices seen and the accuracy."""
    log:
        f"{RESULTS}/logs/check.log",
    conda:
        "../../envs/keras.yaml"
    threads: 2
    resources:
        mem_mb=growing(4000),
        runtime=growing(10),
    params:
        gpus=config["gpus"],
    script:
        "../scripts/check.py"
