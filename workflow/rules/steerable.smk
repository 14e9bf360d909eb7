"""Filters in Å: radial functions against the neighbour shells, for points of the steerable family."""

STEERABLE = [name for name, point in POINTS.items() if sizes.is_steerable(point)]


rule steerable_profiles:
    """Draw the radial functions of {wildcards.point} with the neighbour shells."""
    input:
        filters=f"{MODEL}/filters.nc",
        null=[],
        dataset=f"{RESULTS}/dataset.nc",
    output:
        figure=report(
            f"{MODEL}/profiles.svg",
            caption="../report/steerable_profiles.rst",
            category="Filters",
            subcategory="Radial functions",
            labels=hyperparameters,
        ),
        table=f"{MODEL}/shells.tsv",
    log:
        f"{RESULTS}/logs/steerable_profiles/{{point}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/steerable_profiles/{{point}}.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        reference=config["reference"],
        code=code("steerable_profiles.py"),
    script:
        "../scripts/steerable_profiles.py"


use rule steerable_profiles as steerable_evidence with:
    input:
        filters=lambda wildcards: fit_files(
            plan.of_single(evidence_point(wildcards)), "filters.nc"
        )[0],
        null=lambda wildcards: [
            file
            for labelling in plan.permuted(evidence_point(wildcards))
            for file in fit_files(labelling, "filters.nc")
        ],
        dataset=f"{RESULTS}/dataset.nc",
    output:
        figure=report(
            f"{RESULTS}/evidence/filters/{{point}}/{{target}}/profiles.svg",
            caption="../report/steerable_profiles.rst",
            category="Evidence",
            labels={"point": "{point}", "target": "{target}", "shows": "radial functions"},
        ),
        table=f"{RESULTS}/evidence/filters/{{point}}/{{target}}/shells.tsv",
    log:
        f"{RESULTS}/logs/steerable_evidence/{{point}}/{{target}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/steerable_evidence/{{point}}/{{target}}.jsonl"


STEERABLE_FIGURES = expand(rules.steerable_profiles.output.figure, point=STEERABLE)
