"""Figures of the networks on atoms."""


rule gravity_figure:
    """Draw the learned radial functions of point masses beside the exact ones."""
    input:
        rules.gravity.output,
    output:
        report(
            f"{RESULTS}/figures/gravity.svg",
            caption="../report/gravity.rst",
            category="Geometry",
            labels={"shows": "gravity and inertia"},
        ),
    log:
        f"{RESULTS}/logs/gravity_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/gravity_figure.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("plots/gravity.py"),
    script:
        "../scripts/plots/gravity.py"


rule missing_atom_figure:
    """Join the scores on missing atoms; draw them by test set and by element."""
    input:
        expand(rules.missing_atom.output.scores, kind=["molecules", "crystals"]),
    output:
        table=f"{RESULTS}/geometry/missing_atom.json",
        figure=report(
            f"{RESULTS}/figures/missing_atom.svg",
            caption="../report/missing_atom.rst",
            category="Geometry",
            labels={"shows": "missing atoms"},
        ),
    log:
        f"{RESULTS}/logs/missing_atom_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/missing_atom_figure.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        kinds=["molecules", "crystals"],
        code=code("plots/missing_atom.py"),
    script:
        "../scripts/plots/missing_atom.py"


rule moments_figure:
    """Draw moments predicted from structure alone beside the published ones."""
    input:
        scores=rules.moments.output.scores,
        table=rules.moments.output.table,
    output:
        report(
            f"{RESULTS}/figures/moments.svg",
            caption="../report/moments.rst",
            category="Geometry",
            labels={"shows": "moments from structure alone"},
        ),
    log:
        f"{RESULTS}/logs/moments_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/moments_figure.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("plots/moments.py"),
    script:
        "../scripts/plots/moments.py"


rule representations_figure:
    """Draw the comparison of structure representations; write it as a table."""
    input:
        table=rules.representations.output.table,
        measured=rules.representations.output.details,
    output:
        figure=report(
            f"{RESULTS}/figures/representations.svg",
            caption="../report/representations.rst",
            category="Geometry",
            labels={"shows": "representations compared"},
        ),
        page=report(
            f"{RESULTS}/figures/representations.html",
            caption="../report/representations_table.rst",
            category="Geometry",
            labels={"shows": "representations compared, table"},
        ),
    log:
        f"{RESULTS}/logs/representations_figure.log",
    benchmark:
        f"{RESULTS}/benchmarks/representations_figure.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("plots/representations.py"),
    script:
        "../scripts/plots/representations.py"


rule latent_map:
    """Draw the map of codes by element, size and moment, as a figure and interactive."""
    input:
        table=rules.latent.output.table,
        structures=rules.latent.output.structures,
    output:
        figure=report(
            f"{RESULTS}/figures/latent_map.svg",
            caption="../report/latent_map.rst",
            category="Geometry",
            labels={"shows": "map of structures"},
        ),
        page=report(
            f"{RESULTS}/figures/latent_map.html",
            caption="../report/latent_page.rst",
            category="Geometry",
            labels={"shows": "map of structures, interactive"},
        ),
    log:
        f"{RESULTS}/logs/latent_map.log",
    benchmark:
        f"{RESULTS}/benchmarks/latent_map.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("plots/latent_map.py"),
    script:
        "../scripts/plots/latent_map.py"


rule density_model_figures:
    """Draw predicted spin densities of held-out crystals beside the computed ones."""
    input:
        samples=f"{RESULTS}/samples.tsv",
        records=RECORDS,
        held_out=rules.density_model_fit.output.held_out,
    output:
        smallest=report(
            f"{RESULTS}/figures/density_model_smallest.svg",
            caption="../report/density_model.rst",
            category="Geometry",
            labels={"shows": "spin density from structure, smallest error"},
        ),
        median=report(
            f"{RESULTS}/figures/density_model_median.svg",
            caption="../report/density_model.rst",
            category="Geometry",
            labels={"shows": "spin density from structure, median error"},
        ),
        largest=report(
            f"{RESULTS}/figures/density_model_largest.svg",
            caption="../report/density_model.rst",
            category="Geometry",
            labels={"shows": "spin density from structure, largest error"},
        ),
    log:
        f"{RESULTS}/logs/density_model_figures.log",
    benchmark:
        f"{RESULTS}/benchmarks/density_model_figures.jsonl"
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        code=code("plots/density_model.py"),
    script:
        "../scripts/plots/density_model.py"
