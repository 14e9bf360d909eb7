"""Moments without DFT: what structures alone say, and what to compute next."""

SCREEN_GROUP = next(iter(config["screen_decorate"]))
COMPUTED = {published.composition(own.get("formula")) for own in TABLE_LABELS.values()} - {None}


rule candidates:
    """Decorate the parent with what is to be screened."""
    input:
        config["screen_parent"],
    output:
        table=f"{RESULTS}/screen/candidates.tsv",
        poscars=directory(f"{RESULTS}/screen/poscars"),
    log:
        f"{RESULTS}/logs/candidates.log",
    benchmark:
        f"{RESULTS}/benchmarks/candidates.jsonl"
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(20),
    params:
        settings={
            "parent": config["screen_parent"],
            "cell_height": config["cell_height"],
            "decorate": config["screen_decorate"],
        },
        code=code("candidates.py"),
    script:
        "../scripts/candidates.py"


rule moments:
    """Measure how well moments and ground states are told from structure alone."""
    input:
        table=rules.candidates.output.table,
        poscars=rules.candidates.output.poscars,
        published=PUBLISHED,
    output:
        scores=f"{GEOMETRY}/moments.json",
        table=f"{GEOMETRY}/moments.tsv",
    log:
        f"{RESULTS}/logs/moments.log",
    benchmark:
        f"{RESULTS}/benchmarks/moments.jsonl"
    conda:
        "../../envs/moments.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=settings(
            "geometry_crystal_cutoff", "geometry_seed", "screen_fold_members", "screen_steps"
        ),
        group=SCREEN_GROUP,
        code=code("moments.py"),
    script:
        "../scripts/moments.py"


rule moments_figure:
    """Draw the moments told from structure alone beside the published ones."""
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
        code=code("moments_figure.py"),
    script:
        "../scripts/moments_figure.py"


rule screen:
    """Rank what was neither published nor calculated by the moments expected of it."""
    input:
        table=rules.candidates.output.table,
        poscars=rules.candidates.output.poscars,
        published=PUBLISHED,
    output:
        f"{RESULTS}/screen/screen.tsv",
    log:
        f"{RESULTS}/logs/screen.log",
    benchmark:
        f"{RESULTS}/benchmarks/screen.jsonl"
    conda:
        "../../envs/moments.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        settings=settings(
            "geometry_crystal_cutoff", "geometry_seed", "screen_members", "screen_steps"
        ),
        group=SCREEN_GROUP,
        computed=sorted(COMPUTED),
        code=code("screen.py"),
    script:
        "../scripts/screen.py"
