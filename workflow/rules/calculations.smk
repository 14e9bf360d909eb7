"""Raw calculation folders to split grids: one record a calculation."""


rule split:
    """Split the CHGCAR of {wildcards.calculation} into charge and magnetization densities."""
    output:
        f"{RESULTS}/calculations/{{calculation}}.nc",
    log:
        f"{RESULTS}/logs/split/{{calculation}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/split/{{calculation}}.jsonl"
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        calculation=lambda wildcards: asdict(CALCULATIONS[wildcards.calculation]),
        stamp=lambda wildcards: stamp(CALCULATIONS[wildcards.calculation]),
        labels=lambda wildcards: TABLE_LABELS.get(wildcards.calculation, {}),
        label_table=LABEL_TABLE or "",
        settings=settings(
            "moment_tolerance_muB",
            "unconverged",
            "nonmagnetic",
            "moment_axis",
            "on_bad_calculation",
        ),
        code=code("calculations/split.py"),
    script:
        "../scripts/calculations/split.py"
