"""Figures of densities, filters and attributions on the crystal."""


rule density_figures:
    """Draw the densities of the classes, their difference and the reference sample."""
    input:
        means=f"{RESULTS}/class_means.nc",
        dataset=DATASET,
    output:
        averages=report(
            f"{RESULTS}/figures/plane_averages.svg",
            caption="../report/plane_averages.rst",
            category="Densities",
            labels={"shows": "plane averages along c"},
        ),
        slices=report(
            f"{RESULTS}/figures/slices.png",
            caption="../report/slices.rst",
            category="Densities",
            labels={"shows": "slices across c"},
        ),
        isosurface=report(
            f"{RESULTS}/figures/isosurface.png",
            caption="../report/isosurface.rst",
            category="Densities",
            labels={"shows": "isosurfaces"},
        ),
        page=report(
            f"{RESULTS}/figures/density.html",
            caption="../report/density_page.rst",
            category="Densities",
            labels={"shows": "isosurfaces, interactive"},
        ),
    log:
        f"{RESULTS}/logs/density_figures.log",
    benchmark:
        f"{RESULTS}/benchmarks/density_figures.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        share=0.9,  # the captions say 90 %
        code=code("plots/densities.py"),
    script:
        "../scripts/plots/densities.py"


rule filter_figures:
    """Draw the filters of {wildcards.point} on the crystal."""
    input:
        filters=f"{MODEL}/filters.nc",
        places=f"{MODEL}/places.tsv",
        scale=f"{RESULTS}/filter_scale.json",
        means=f"{RESULTS}/class_means.nc",
    output:
        filters=report(
            f"{MODEL}/filters.png",
            caption="../report/filter_projections.rst",
            category="Filters",
            subcategory="Projections",
            labels=report_labels,
        ),
        place=report(
            f"{MODEL}/filter_place.png",
            caption="../report/filter_place.rst",
            category="Filters",
            subcategory="Places in the crystal",
            labels=report_labels,
        ),
        radial=report(
            f"{MODEL}/filter_radial.svg",
            caption="../report/filter_radial.rst",
            category="Filters",
            subcategory="Radial profiles",
            labels=report_labels,
        ),
    log:
        f"{RESULTS}/logs/filter_figures/{{point}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/filter_figures/{{point}}.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(3000),
        runtime=growing(10),
    params:
        projection=config["projection"],
        code=code("plots/filters.py"),
    script:
        "../scripts/plots/filters.py"


rule filter_multiples:
    """Draw filters side by side over {wildcards.hyperparameter}."""
    input:
        filters=lambda wildcards: expand(
            f"{MODEL}/filters.nc", point=MULTIPLES[wildcards.hyperparameter]
        ),
        scale=f"{RESULTS}/filter_scale.json",
    output:
        report(
            f"{RESULTS}/figures/filters_over_{{hyperparameter}}.png",
            caption="../report/filter_multiples.rst",
            category="Filters",
            subcategory="Side by side",
            labels={"over": "{hyperparameter}"},
        ),
    log:
        f"{RESULTS}/logs/filter_multiples/{{hyperparameter}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/filter_multiples/{{hyperparameter}}.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        name=lambda wildcards: wildcards.hyperparameter,
        values=lambda wildcards: [
            hyperparameters.spelled(POINTS[point].get(wildcards.hyperparameter))
            for point in MULTIPLES[wildcards.hyperparameter]
        ],
        axis="c",
        projection=config["projection"],
        code=code("plots/filter_multiples.py"),
    script:
        "../scripts/plots/filter_multiples.py"


rule steerable_profiles:
    """Draw the radial functions of {wildcards.point} with the neighbour shells."""
    input:
        filters=f"{MODEL}/filters.nc",
        dataset=DATASET,
    output:
        figure=report(
            f"{MODEL}/profiles.svg",
            caption="../report/steerable_profiles.rst",
            category="Filters",
            subcategory="Radial functions",
            labels=report_labels,
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
        filters=lambda wildcards, input: input.filters,
        null=[],
        code=code("plots/steerable_profiles.py"),
    script:
        "../scripts/plots/steerable_profiles.py"


rule attribution_figures:
    """Draw the attributions of {wildcards.point}."""
    input:
        f"{MODEL}/attribution.nc",
    output:
        gradient_times_input=report(
            f"{MODEL}/gradient_times_input.png",
            caption="../report/attribution.rst",
            category="Where predictions come from",
            subcategory="Gradient × input",
            labels=report_labels,
        ),
        occlusion=report(
            f"{MODEL}/occlusion.png",
            caption="../report/attribution.rst",
            category="Where predictions come from",
            subcategory="Occlusion",
            labels=report_labels,
        ),
        radial=report(
            f"{MODEL}/attribution_radial.svg",
            caption="../report/attribution_radial.rst",
            category="Where predictions come from",
            subcategory="Radial profiles",
            labels=report_labels,
        ),
    log:
        f"{RESULTS}/logs/attribution_figures/{{point}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/attribution_figures/{{point}}.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("plots/attribution.py"),
    script:
        "../scripts/plots/attribution.py"
