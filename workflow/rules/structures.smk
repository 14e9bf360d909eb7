"""Decorated crystals in folders ready for VASP, or computed by GPAW."""

GPAW = f"{RESULTS}/structures/gpaw"
# What a density depends on. No fingerprint of all that the script imports: an edit that changes
# no density must not cost hours of computing.
GPAW_CODE = [
    WORKFLOW / "engines" / "gpaw_scf.py",
    WORKFLOW / "spinlens" / "density" / "grids.py",
    *(
        WORKFLOW / "spinlens" / "structures" / f"{module}.py"
        for module in ("bonds", "geometry", "gpaw", "gpaw_density", "parent", "starting_moments")
    ),
]


rule decorate:
    """Decorate the parent; write every structure in every magnetic order, ready for VASP."""
    input:
        config["parent"],
    output:
        # Not the folders for VASP: Snakemake removes outputs that it is to make anew, and what
        # VASP wrote there must stay.
        table=f"{RESULTS}/structures/structures.tsv",
        poscars=directory(f"{RESULTS}/structures/poscars"),
    log:
        f"{RESULTS}/logs/structures.log",
    benchmark:
        f"{RESULTS}/benchmarks/structures.jsonl"
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        settings=settings(
            "parent",
            "decorate",
            "cell_height",
            "orders",
            "starting_moments",
            "hubbard_u",
            "spin_orbit",
            "relax",
            "kpoint_spacing",
            "incar",
        ),
        code=code("structures/decorate.py"),
    script:
        "../scripts/structures/decorate.py"


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
        code=code("structures/gpaw_version.py"),
    script:
        "../scripts/structures/gpaw_version.py"


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
        computed=lambda wildcards: gpaw_plan()[wildcards.calculation][0],
        parent=lambda wildcards: digest(config["parent"]),
        settings=settings("cell_height", "gpaw_kpoints", "gpaw_grid"),
        code=lambda wildcards: [digest(file) for file in GPAW_CODE],
    script:
        "../scripts/structures/gpaw_scf.py"


rule gpaw_tables:
    """Gather the labels of what GPAW computed, and why the rest failed."""
    input:
        lambda wildcards: expand(f"{GPAW}/{{calculation}}", calculation=gpaw_plan()),
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
        called=lambda wildcards: {name: each[1] for name, each in gpaw_plan().items()},
        code=code("structures/gpaw_tables.py"),
    script:
        "../scripts/structures/gpaw_tables.py"


rule gpaw:
    """Every structure computed by GPAW, and tables of what came out."""
    input:
        rules.gpaw_tables.output,
        rules.gpaw_tables.input,  # a folder that is gone is made again


rule structures:
    """Folders ready for VASP; where the `engine` is GPAW, every calculation by it, too."""
    input:
        rules.decorate.output,
        branch(config["engine"] == "gpaw", then=rules.gpaw_tables.output),
        branch(config["engine"] == "gpaw", then=rules.gpaw_tables.input),
