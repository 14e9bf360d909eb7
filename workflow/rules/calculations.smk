"""Raw calculation folders to split grids, one record a calculation."""

from dataclasses import asdict

CALCULATIONS = {found.id: found for found in find(config["calculations"])}
if not CALCULATIONS:
    sys.exit(f"config: calculations: no CHGCAR in any folder below {config['calculations']}")

LABEL_TABLE = Path(config["calculations"], "labels.csv")
if not LABEL_TABLE.is_file():
    LABEL_TABLE = config["labels"]
try:
    TABLE_LABELS = (
        read_label_table(LABEL_TABLE, WORKFLOW / "schemas" / "labels.schema.yaml")
        if LABEL_TABLE
        else {}
    )
except (OSError, ValueError) as fault:
    sys.exit(f"config: labels: {fault}")


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
        mem_mb=2000,
        runtime=10,
    params:
        calculation=lambda wildcards: asdict(CALCULATIONS[wildcards.calculation]),
        stamp=lambda wildcards: stamp(CALCULATIONS[wildcards.calculation]),
        labels=lambda wildcards: TABLE_LABELS.get(wildcards.calculation, {}),
        label_table=str(LABEL_TABLE or ""),
        settings=settings("moment_tolerance_muB"),
        code=code("split.py"),
    script:
        "../scripts/split.py"
