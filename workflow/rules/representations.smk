"""Representations of structures compared: fingerprint, string, graph, image, points."""


rule representations:
    """Compare representations of structures on the moments of published crystals."""
    input:
        table=rules.candidates.output.table,
        poscars=rules.candidates.output.poscars,
        published=PUBLISHED,
    output:
        table=f"{GEOMETRY}/representations.tsv",
        measured=f"{GEOMETRY}/representations.json",
    log:
        f"{RESULTS}/logs/representations.log",
    benchmark:
        f"{RESULTS}/benchmarks/representations.jsonl"
    conda:
        "../../envs/moments.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=settings("geometry_crystal_cutoff", "geometry_seed", "screen_steps"),
        group=SCREEN_GROUP,
        code=code("representations.py"),
    script:
        "../scripts/representations.py"


rule representations_figure:
    """Draw representations of structures side by side, and write their table as a page."""
    input:
        table=rules.representations.output.table,
        measured=rules.representations.output.measured,
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
        code=code("representations_figure.py"),
    script:
        "../scripts/representations_figure.py"
