"""An archive of the tree of calculations, for scratch disks that are purged.

One job for all, which keeps its own account: Snakemake removes the outputs that it knows of
before it makes them again, and that must never happen to an archive.
"""


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
        "../scripts/collect.py"
