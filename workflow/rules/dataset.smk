"""Select the samples of a study and write them to one dataset."""


rule select:
    """Select the samples of the study by label; record why each other calculation is excluded."""
    input:
        records=RECORDS,
        exchange=f"{RESULTS}/exchange_labels.tsv",
    output:
        samples=f"{RESULTS}/samples.tsv",
        excluded=f"{RESULTS}/excluded.tsv",
        compared=f"{RESULTS}/compared.tsv",
        selection=f"{RESULTS}/selection.tsv",
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
        # Walks the tree once more, and so for this job alone.
        without_charge_file=lambda wildcards: without_charge_file(
            config["calculations"], config["pattern"]
        ),
        code=code("dataset/select.py"),
    script:
        "../scripts/dataset/select.py"


rule dataset:
    """Resample every sample onto one grid and write them, with their labels, to one dataset."""
    input:
        samples=f"{RESULTS}/samples.tsv",
        compared=f"{RESULTS}/compared.tsv",
        records=RECORDS,
    output:
        directory(DATASET) if DATASET.endswith(sizes.STORE_SUFFIX) else DATASET,
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
        code=code("dataset/write.py"),
    script:
        "../scripts/dataset/write.py"


rule agreement:
    """Compare moments and ground states with the published ones."""
    input:
        records=RECORDS,
        compared=f"{RESULTS}/compared.tsv",
        published=PUBLISHED,
    output:
        f"{RESULTS}/agreement.tsv",
    log:
        f"{RESULTS}/logs/agreement.log",
    benchmark:
        f"{RESULTS}/benchmarks/agreement.jsonl"
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("dataset/agreement.py"),
    script:
        "../scripts/dataset/agreement.py"


rule class_means:
    """Average the magnetization densities of each class."""
    input:
        DATASET,
    output:
        f"{RESULTS}/class_means.nc",
    log:
        f"{RESULTS}/logs/class_means.log",
    benchmark:
        f"{RESULTS}/benchmarks/class_means.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        target=settings("target", "classes", "threshold"),
        reference=config["reference"],
        code=code("dataset/class_means.py"),
    script:
        "../scripts/dataset/class_means.py"
