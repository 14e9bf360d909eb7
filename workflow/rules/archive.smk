"""An archive of the tree of calculations, for scratch disks that are purged."""


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
