"""Exchange constants and ground states of compositions found in several magnetic orders."""


rule exchange_constants:
    """Fit J1, J2, J3 to the energies of the magnetic orders of every composition."""
    input:
        RECORDS,
    output:
        table=f"{RESULTS}/exchange.tsv",
        labels=f"{RESULTS}/exchange_labels.tsv",
        models=directory(f"{RESULTS}/exchange_models"),  # for VAMPIRE and Spirit
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
        settings=settings(*EXCHANGE_KEYS),
        code=code("exchange/constants.py"),
    script:
        "../scripts/exchange/constants.py"


rule exchange_ordering:
    """Find by Monte Carlo where the ground state's order ends, if there is an easy axis."""
    input:
        records=RECORDS,
        table=f"{RESULTS}/exchange.tsv",
    output:
        f"{RESULTS}/ordering_temperatures.tsv",
    log:
        f"{RESULTS}/logs/exchange_ordering.log",
    benchmark:
        f"{RESULTS}/benchmarks/exchange_ordering.jsonl"
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(600),
    params:
        settings=settings(*EXCHANGE_KEYS, "exchange_anisotropy_meV"),
        code=code("exchange/ordering.py"),
    script:
        "../scripts/exchange/ordering.py"


rule exchange:
    """Exchange constants and their figure, models for other codes, ordering temperatures."""
    input:
        rules.exchange_constants.output,
        rules.exchange_ordering.output,
        f"{RESULTS}/figures/exchange_constants.svg",
