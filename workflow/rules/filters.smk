"""Filters and attributions on the crystal, and their export to other tools."""


rule place_filters:
    """Find where in the crystal the filters of {wildcards.point} respond most strongly."""
    input:
        filters=f"{MODEL}/filters.nc",
        dataset=DATASET,
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
        code=code("filters/place.py"),
    script:
        "../scripts/filters/place.py"


rule filter_scale:
    """Find a common colour scale for the filters of the sweep."""
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
        code=code("filters/filter_scale.py"),
    script:
        "../scripts/filters/filter_scale.py"


rule attribution:
    """Attribute the predictions of {wildcards.point} to positions in the cell."""
    input:
        model=f"{MODEL}/model.keras",
        dataset=DATASET,
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
        code=code("filters/attribution.py"),
    script:
        "../scripts/filters/attribution.py"


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
        code=code("filters/export_densities.py"),
    script:
        "../scripts/filters/export_densities.py"


rule export_point:
    """Write the filters and attributions of {wildcards.point} as CHGCAR and .cube files."""
    input:
        model=f"{MODEL}/model.keras",
        filters=f"{MODEL}/filters.nc",
        places=f"{MODEL}/places.tsv",
        attribution=branch(
            lambda wildcards: wildcards.point in ATTRIBUTED, then=f"{MODEL}/attribution.nc"
        ),
        dataset=DATASET,
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
        code=code("filters/export_point.py"),
    script:
        "../scripts/filters/export_point.py"


rule pair_orders:
    """Correlate the spin density of every magnetic order with itself, by distance."""
    input:
        RECORDS,
    output:
        f"{RESULTS}/exchange_filter/pair_orders.json",
    log:
        f"{RESULTS}/logs/pair_orders.log",
    benchmark:
        f"{RESULTS}/benchmarks/pair_orders.jsonl"
    conda:
        "../../envs/exchange_filter.yaml"
    resources:
        mem_mb=growing(3000),
        runtime=growing(60),
    params:
        settings=settings(*EXCHANGE_KEYS),
        code=code("filters/pair_orders.py"),
    script:
        "../scripts/filters/pair_orders.py"


rule export:
    """Class means, filters and attributions as CHGCAR and .cube files, for VESTA and others."""
    input:
        rules.export_densities.output,
        expand(rules.export_point.output, point=POINTS),
