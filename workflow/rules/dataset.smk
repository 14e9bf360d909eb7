"""Records of calculations to the samples of a study, and those to one dataset."""

RECORDS = expand(f"{RESULTS}/calculations/{{calculation}}.nc", calculation=sorted(CALCULATIONS))


rule select:
    """Choose the samples of the study by label; say of every other calculation why it is out."""
    input:
        RECORDS,
    output:
        samples=f"{RESULTS}/samples.tsv",
        excluded=f"{RESULTS}/excluded.tsv",
        compared=f"{RESULTS}/compared.tsv",
    log:
        f"{RESULTS}/logs/select.log",
    benchmark:
        f"{RESULTS}/benchmarks/select.jsonl"
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        settings=settings("select"),
        code=code("select.py"),
    script:
        "../scripts/select.py"


rule dataset:
    """Resample every sample onto one grid and write them, with their labels, to one file."""
    input:
        samples=f"{RESULTS}/samples.tsv",
        compared=f"{RESULTS}/compared.tsv",
        records=RECORDS,
    output:
        f"{RESULTS}/dataset.nc",
    log:
        f"{RESULTS}/logs/dataset.log",
    benchmark:
        f"{RESULTS}/benchmarks/dataset.jsonl"
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=settings("grid", "window"),
        code=code("dataset.py"),
    script:
        "../scripts/dataset.py"
