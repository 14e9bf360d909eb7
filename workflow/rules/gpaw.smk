"""Decorated crystals computed without VASP: GPAW, one job a calculation, failures on record."""


include: "gpaw_files.smk"


rule gpaw_version:
    """Find GPAW before anything is computed by it."""
    output:
        f"{RESULTS}/structures/gpaw_version.json",
    log:
        f"{RESULTS}/logs/gpaw_version.log",
    benchmark:
        f"{RESULTS}/benchmarks/gpaw_version.jsonl"
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(1000),
        runtime=growing(10),
    params:
        code=code("gpaw_version.py"),
    script:
        "../scripts/gpaw_version.py"


rule gpaw_scf:
    """Compute {wildcards.calculation} by GPAW; its CHGCAR, or why there is none."""
    input:
        version=ancient(f"{RESULTS}/structures/gpaw_version.json"),
        parent=ancient(config["parent"]),
    output:
        directory(f"{GPAW}/{{calculation}}"),
    log:
        f"{RESULTS}/logs/gpaw_scf/{{calculation}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gpaw_scf/{{calculation}}.jsonl"
    wildcard_constraints:
        calculation=r"[A-Za-z0-9-]+_(FM|AFM|NM)",
    conda:
        "../../envs/vasp.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime=growing(60),
    params:
        computed=lambda wildcards: planned_by_gpaw()[wildcards.calculation][0],
        parent=lambda wildcards: digest(config["parent"]),
        settings=settings("cell_height", "gpaw_kpoints", "gpaw_grid"),
        code=lambda wildcards: [digest(file) for file in GPAW_CODE],
    script:
        "../scripts/gpaw_scf.py"


rule gpaw_tables:
    """Gather the labels of what GPAW computed, and why the rest failed."""
    input:
        gpaw_folders,
    output:
        labels=f"{GPAW}/labels.csv",
        table=f"{RESULTS}/structures/gpaw.tsv",
    log:
        f"{RESULTS}/logs/gpaw_tables.log",
    benchmark:
        f"{RESULTS}/benchmarks/gpaw_tables.jsonl"
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        called=lambda wildcards: {name: each[1] for name, each in planned_by_gpaw().items()},
        code=code("gpaw_tables.py"),
    script:
        "../scripts/gpaw_tables.py"


rule gpaw:
    """Every structure computed by GPAW, and tables of what came out."""
    input:
        rules.gpaw_tables.output,
        gpaw_folders,  # a folder that is gone is made again
