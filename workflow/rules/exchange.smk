"""Exchange constants and ground states of compositions found in several magnetic orders."""


rule exchange_constants:
    """Fit J1, J2, J3 to the energies of the magnetic orders of every composition."""
    input:
        RECORDS,
    output:
        table=f"{RESULTS}/exchange.tsv",
        labels=f"{RESULTS}/exchange_labels.tsv",
    log:
        f"{RESULTS}/logs/exchange_constants.log",
    benchmark:
        f"{RESULTS}/benchmarks/exchange_constants.jsonl"
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        settings=settings(
            "starting_moments",
            "orders",
            "order_cells",
            "cell_height",
            "exchange_shells",
            "exchange_moment_tolerance",
            "exchange_spins",
            "label_uncertainty_meV",
        ),
        code=code("exchange/constants.py"),
    script:
        "../scripts/exchange/constants.py"
