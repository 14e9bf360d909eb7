"""Raw calculation folders to split grids: one record a calculation.

Up to 200 calculations have a job each; more are divided into shards, whose records are no outputs
of their own: planning grows with the outputs of jobs.
"""


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


rule split_shard:
    """Split the calculations of shard {wildcards.shard} that are new or changed, one by one."""
    output:
        f"{RESULTS}/calculations/shards/{{shard}}.tsv",
    log:
        f"{RESULTS}/logs/split_shard/{{shard}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/split_shard/{{shard}}.jsonl"
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=lambda wildcards, attempt: attempt * (10 + len(SHARDS[wildcards.shard]) // 4),
    params:
        tasks=lambda wildcards: listing.tasks(CALCULATIONS, TABLE_LABELS, SHARDS[wildcards.shard]),
        generation=lambda wildcards: shards.generation(f"{RESULTS}/calculations", wildcards.shard),
        label_table=LABEL_TABLE or "",
        settings=rules.split.params.settings,
        code=code("calculations/split_shard.py"),
    script:
        "../scripts/calculations/split_shard.py"
