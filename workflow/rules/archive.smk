"""An archive of the calculations for scratch disks that are purged; what former configs left."""


rule collect:
    """Archive charge files, small files and labels; store only what is new or changed."""
    log:
        f"{RESULTS}/logs/collect.log",
    localrule: True
    conda:
        "../../envs/vasp.yaml"
    params:
        calculations=lambda wildcards: [asdict(each) for each in CALCULATIONS.values()],
        label_table=LABEL_TABLE or "",
        settings=settings("calculations", "archive", "archive_mode"),
    script:
        "../scripts/archive/collect.py"


rule stale:
    """List results that a former configuration left; delete nothing."""
    log:
        f"{RESULTS}/logs/stale.log",
    localrule: True
    conda:
        "../../envs/plots.yaml"
    params:
        results=RESULTS,
        known={
            "dataset.*": [DATASET_NAME],
            ".dataset.*": [],  # half-written, of a job that was killed
            "calculations/*.nc": [f"calculations/{name}.nc" for name in CALCULATIONS],
            "models/*": [f"models/{name}" for name in POINTS],
            "splits/*": [f"splits/{target}" for target in TARGETS],
            "baselines/*": [f"baselines/{target}" for target in TARGETS],
            "fits/*/*": [f"fits/{name}/{target}" for name, target in FITTED],
            "evidence/filters/*/*": [
                f"evidence/filters/{name}/{target}" for name, target in FITTED
            ],
            "figures/filters_over_*.png": [
                f"figures/filters_over_{name}.png" for name in MULTIPLES
            ],
        },
    script:
        "../scripts/archive/stale.py"
