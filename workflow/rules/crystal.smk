"""Filters, densities and attributions on the crystal: figures, and files for other tools."""

# The last point of `points`, or of the sweep: an attribution takes a minute a point.
ATTRIBUTED = list(POINTS)[-1:]


rule place_filters:
    """Find where in the crystal the filters of {wildcards.point} answer most strongly."""
    input:
        filters=f"{MODEL}/filters.nc",
        dataset=f"{RESULTS}/dataset.nc",
    output:
        f"{MODEL}/places.tsv",
    log:
        f"{RESULTS}/logs/place_filters/{{point}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/place_filters/{{point}}.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(3000),
        runtime=growing(20),
    params:
        hyperparameters=lambda wildcards: POINTS[wildcards.point],
        code=code("place_filters.py"),
    script:
        "../scripts/place_filters.py"


rule filter_scale:
    """Find the one colour scale for the filters of the whole sweep."""
    input:
        expand(f"{MODEL}/filters.nc", point=POINTS),
    output:
        f"{RESULTS}/filter_scale.json",
    log:
        f"{RESULTS}/logs/filter_scale.log",
    benchmark:
        f"{RESULTS}/benchmarks/filter_scale.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        projection=config["projection"],
        code=code("filter_scale.py"),
    script:
        "../scripts/filter_scale.py"


rule filter_figures:
    """Draw the filters of {wildcards.point} on the crystal."""
    input:
        filters=f"{MODEL}/filters.nc",
        places=f"{MODEL}/places.tsv",
        scale=f"{RESULTS}/filter_scale.json",
        dataset=f"{RESULTS}/dataset.nc",
    output:
        filters=report(
            f"{MODEL}/filters.png",
            caption="../report/filter_projections.rst",
            category="Filters",
            subcategory="Projections",
            labels=hyperparameters,
        ),
        place=report(
            f"{MODEL}/filter_place.png",
            caption="../report/filter_place.rst",
            category="Filters",
            subcategory="Places in the crystal",
            labels=hyperparameters,
        ),
        radial=report(
            f"{MODEL}/filter_radial.svg",
            caption="../report/filter_radial.rst",
            category="Filters",
            subcategory="Radial profiles",
            labels=hyperparameters,
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
        reference=config["reference"],
        code=code("filter_figures.py"),
    script:
        "../scripts/filter_figures.py"


MULTIPLES = {name: found for name in SWEPT if len(found := beside_the_base(name)) > 1}


rule filter_multiples:
    """Lay filters side by side over {wildcards.hyperparameter}."""
    input:
        filters=lambda wildcards: expand(
            f"{MODEL}/filters.nc", point=MULTIPLES[wildcards.hyperparameter].values()
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
        values=lambda wildcards: list(MULTIPLES[wildcards.hyperparameter]),
        axis="c",
        projection=config["projection"],
        code=code("filter_multiples.py"),
    script:
        "../scripts/filter_multiples.py"


rule class_means:
    """Average the magnetization densities of each class."""
    input:
        f"{RESULTS}/dataset.nc",
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
        code=code("class_means.py"),
    script:
        "../scripts/class_means.py"


rule density_figures:
    """Draw the densities of the classes, their difference and the reference sample."""
    input:
        means=f"{RESULTS}/class_means.nc",
        dataset=f"{RESULTS}/dataset.nc",
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
        page=digest(WORKFLOW / "spinlens" / "plots" / "density_page.html"),
        code=code("density_figures.py"),
    script:
        "../scripts/density_figures.py"


rule attribution:
    """Attribute the predictions of {wildcards.point} to places in the cell."""
    input:
        model=f"{MODEL}/model.keras",
        dataset=f"{RESULTS}/dataset.nc",
    output:
        f"{MODEL}/attribution.nc",
    log:
        f"{RESULTS}/logs/attribution/{{point}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/attribution/{{point}}.jsonl"
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=growing(8000),
        runtime=growing(60),
    params:
        hyperparameters=lambda wildcards: POINTS[wildcards.point],
        reference=config["reference"],
        occluded=config["occluded_samples"],
        block=config["occlusion_block"],
        code=code("attribution.py"),
    script:
        "../scripts/attribution.py"


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
            labels=hyperparameters,
        ),
        occlusion=report(
            f"{MODEL}/occlusion.png",
            caption="../report/attribution.rst",
            category="Where predictions come from",
            subcategory="Occlusion",
            labels=hyperparameters,
        ),
        radial=report(
            f"{MODEL}/attribution_radial.svg",
            caption="../report/attribution_radial.rst",
            category="Where predictions come from",
            subcategory="Radial profiles",
            labels=hyperparameters,
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
        code=code("attribution_figures.py"),
    script:
        "../scripts/attribution_figures.py"


rule export_densities:
    """Write the class means and their difference as CHGCAR and .cube files."""
    input:
        f"{RESULTS}/class_means.nc",
    output:
        directory(f"{RESULTS}/export"),
    log:
        f"{RESULTS}/logs/export_densities.log",
    benchmark:
        f"{RESULTS}/benchmarks/export_densities.jsonl"
    conda:
        "../../envs/export.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("export_densities.py"),
    script:
        "../scripts/export_densities.py"


rule export_point:
    """Write the filters and attributions of {wildcards.point} as CHGCAR and .cube files."""
    input:
        model=f"{MODEL}/model.keras",
        filters=f"{MODEL}/filters.nc",
        places=f"{MODEL}/places.tsv",
        attribution=branch(
            lambda wildcards: wildcards.point in ATTRIBUTED, then=f"{MODEL}/attribution.nc"
        ),
        dataset=f"{RESULTS}/dataset.nc",
    output:
        directory(f"{MODEL}/export"),
    log:
        f"{RESULTS}/logs/export_point/{{point}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/export_point/{{point}}.jsonl"
    conda:
        "../../envs/export.yaml"
    resources:
        mem_mb=growing(3000),
        runtime=growing(20),
    params:
        reference=config["reference"],
        normalization=lambda wildcards: POINTS[wildcards.point]["normalization"],
        code=code("export_point.py"),
    script:
        "../scripts/export_point.py"


rule export:
    """Class means, filters and attributions as CHGCAR and .cube files, for VESTA and others."""
    input:
        rules.export_densities.output,
        expand(rules.export_point.output, point=POINTS),


CRYSTAL_FIGURES = [
    *expand(rules.filter_figures.output, point=POINTS),
    *expand(rules.filter_multiples.output, hyperparameter=MULTIPLES),
    *rules.density_figures.output,
    *expand(rules.attribution_figures.output, point=ATTRIBUTED),
]
