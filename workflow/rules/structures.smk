"""From a formula to folders ready for VASP. Making calculations and learning from them are two
commands: what is found below `calculations` is known before any job starts."""


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
        code=code("structures.py"),
    script:
        "../scripts/structures.py"


rule structures:
    """Folders ready for VASP; where the `engine` is GPAW, every calculation by it, too."""
    input:
        rules.decorate.output,
        branch(config["engine"] == "gpaw", then=rules.gpaw_tables.output),
        branch(config["engine"] == "gpaw", then=gpaw_folders),
