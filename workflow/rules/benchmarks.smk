"""Measurements of the workflow's own stages; none runs unless it is asked for."""


rule split_benchmark:
    """Measure one split beside pymatgen's read of the same file, time and peak memory."""
    output:
        f"{RESULTS}/benchmarks/split.json",
    log:
        f"{RESULTS}/logs/split_benchmark.log",
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=2000,
        runtime=10,
    params:
        code=code("split_benchmark.py"),
    script:
        "../scripts/split_benchmark.py"
