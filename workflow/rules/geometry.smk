"""Atoms as points: tensor field networks, from shapes of cubes to missing atoms."""

GEOMETRY = f"{RESULTS}/geometry"
MOLECULES = [] if config["geometry_molecules"] == "g2" else [config["geometry_molecules"]]
STRUCTURES = {"molecules": MOLECULES, "crystals": rules.decorate.output.poscars}


rule tetris:
    """Tell eight shapes apart, however turned, and a pair of mirror images."""
    output:
        f"{GEOMETRY}/tetris.json",
    log:
        f"{RESULTS}/logs/tetris.log",
    benchmark:
        f"{RESULTS}/benchmarks/tetris.jsonl"
    conda:
        "../../envs/geometry.yaml"
    resources:
        mem_mb=growing(3000),
        runtime=growing(20),
    params:
        settings=settings("geometry_rotations", "geometry_seed"),
        code=code("tetris.py"),
    script:
        "../scripts/tetris.py"


rule gravity:
    """Learn accelerations and tensors of inertia of point masses."""
    output:
        f"{GEOMETRY}/gravity.json",
    log:
        f"{RESULTS}/logs/gravity.log",
    benchmark:
        f"{RESULTS}/benchmarks/gravity.jsonl"
    conda:
        "../../envs/geometry.yaml"
    resources:
        mem_mb=growing(3000),
        runtime=growing(20),
    params:
        settings=settings("geometry_seed"),
        code=code("gravity.py"),
    script:
        "../scripts/gravity.py"


rule gravity_figure:
    """Draw the radial functions learned of point masses beside the exact ones."""
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
        code=code("gravity_figure.py"),
    script:
        "../scripts/gravity_figure.py"


rule missing_atom:
    """Learn which atom is missing, and where, from {wildcards.kind} without one."""
    input:
        lambda wildcards: STRUCTURES[wildcards.kind],
    output:
        scores=f"{GEOMETRY}/missing_atom/{{kind}}.json",
        model=f"{GEOMETRY}/missing_atom/{{kind}}.keras",
    log:
        f"{RESULTS}/logs/missing_atom/{{kind}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/missing_atom/{{kind}}.jsonl"
    conda:
        "../../envs/geometry.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=settings(
            "geometry_molecules",
            "geometry_train_atoms",
            "geometry_train_molecules",
            "geometry_test_atoms",
            "geometry_cutoff",
            "geometry_crystal_cutoff",
            "geometry_scalars",
            "geometry_layers",
            "geometry_steps",
            "geometry_crystal_steps",
            "geometry_batch",
            "geometry_learning_rate",
            "geometry_seed",
        ),
        code=code("missing_atom.py"),
    script:
        "../scripts/missing_atom.py"


rule missing_atom_figure:
    """Gather what came of missing atoms; draw it by test set and by element."""
    input:
        expand(rules.missing_atom.output.scores, kind=STRUCTURES),
    output:
        table=f"{GEOMETRY}/missing_atom.json",
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
        kinds=list(STRUCTURES),
        code=code("missing_atom_figure.py"),
    script:
        "../scripts/missing_atom_figure.py"
