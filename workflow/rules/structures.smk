"""Decorated crystals in folders ready for VASP, or computed by GPAW."""

GPAW = f"{RESULTS}/structures/gpaw"
GPAW_ORDERS = f"{RESULTS}/structures/gpaw_orders"


rule decorate:
    """Decorate the parent; write every structure in every magnetic order, ready for VASP."""
    input:
        config["parent"],
    output:
        # Not the folders for VASP: Snakemake removes outputs that it is to make anew, and what
        # VASP wrote there must stay.
        table=f"{RESULTS}/structures/structures.tsv",
        orders=f"{RESULTS}/structures/orders.tsv",
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
            "order_cells",
            "exchange_shells",
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
    """Check that GPAW is installed, and record its version."""
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


rule gpaw_orders:
    """Compute the magnetic orders of {wildcards.formula} by GPAW; runs that have ended are kept."""
    input:
        version=ancient(f"{RESULTS}/structures/gpaw_version.json"),
        parent=ancient(config["parent"]),
    output:
        f"{GPAW_ORDERS}/{{formula}}.json",
    log:
        f"{RESULTS}/logs/gpaw_orders/{{formula}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gpaw_orders/{{formula}}.jsonl"
    wildcard_constraints:
        formula=r"[A-Za-z0-9-]+",
    conda:
        "../../envs/vasp.yaml"
    threads: 1
    resources:
        mem_mb=growing(3000),
        runtime=growing(240),
    params:
        computed=lambda wildcards: gpaw_plan()[wildcards.formula].computed,
        parent=lambda wildcards: digest(config["parent"]),
        settings=settings(
            "cell_height", "kpoint_spacing", "gpaw_kpoints", "gpaw_grid", "hubbard_u", "relax"
        ),
        runs=GPAW_RUNS,
        code=code("structures/gpaw_orders.py"),
    script:
        "../scripts/structures/gpaw_orders.py"


rule gpaw_calculation:
    """Lay out {wildcards.calculation} as a calculation: its CHGCAR, or why there is none."""
    input:
        lambda wildcards: f"{GPAW_ORDERS}/{wildcards.calculation.rsplit('_', 1)[0]}.json",
    output:
        directory(f"{GPAW}/{{calculation}}"),
    log:
        f"{RESULTS}/logs/gpaw_calculation/{{calculation}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/gpaw_calculation/{{calculation}}.jsonl"
    wildcard_constraints:
        calculation=r"[A-Za-z0-9-]+_[A-Za-z0-9]+",
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(500),
        runtime=growing(10),
    params:
        runs=GPAW_RUNS,
        code=code("structures/gpaw_calculation.py"),
    script:
        "../scripts/structures/gpaw_calculation.py"


rule gpaw_tables:
    """Join the labels of the GPAW calculations and the reasons of failures."""
    input:
        lambda wildcards: expand(f"{GPAW_ORDERS}/{{formula}}.json", formula=gpaw_plan()),
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
        called=lambda wildcards: {name: each.called for name, each in gpaw_plan().items()},
        code=code("structures/gpaw_tables.py"),
    script:
        "../scripts/structures/gpaw_tables.py"


rule gpaw:
    """Every structure computed by GPAW, with tables of the results."""
    input:
        rules.gpaw_tables.output,
        lambda wildcards: gpaw_folders(),  # a folder that is gone is made again


rule structures:
    """Folders ready for VASP; with `engine: gpaw`, every calculation by GPAW, too."""
    input:
        rules.decorate.output,
        branch(config["engine"] == "gpaw", then=rules.gpaw_tables.output),
        branch(config["engine"] == "gpaw", then=lambda wildcards: gpaw_folders()),
