"""Networks on atoms as points."""

GEOMETRY = f"{RESULTS}/geometry"
MOLECULES = [] if config["geometry_molecules"] == "g2" else [config["geometry_molecules"]]
STRUCTURES = {"molecules": MOLECULES, "crystals": rules.decorate.output.poscars}
SCREEN_GROUP = next(iter(config["screen_decorate"]))
OWN_FORMULAS = {own.get("formula") for own in TABLE_LABELS.values()}
COMPUTED = {formulas.composition(formula) for formula in OWN_FORMULAS} - {None}


rule candidates:
    """Decorate the parent crystal with the elements to be screened."""
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
        code=code("atoms/candidates.py"),
    script:
        "../scripts/atoms/candidates.py"


CODED = ({"molecules": MOLECULES[0]} if MOLECULES else {}) | {
    "poscars": [rules.decorate.output.poscars, rules.candidates.output.poscars]
}


rule tetris:
    """Classify eight shapes of four cubes, rotated at random, with a pair of mirror images."""
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
        code=code("atoms/tetris.py"),
    script:
        "../scripts/atoms/tetris.py"


rule gravity:
    """Learn accelerations and inertia tensors of point masses."""
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
        code=code("atoms/gravity.py"),
    script:
        "../scripts/atoms/gravity.py"


rule missing_atom:
    """Learn element and position of a missing atom in {wildcards.kind}."""
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
        code=code("atoms/missing_atom.py"),
    script:
        "../scripts/atoms/missing_atom.py"


rule moments:
    """Score predictions of moments and ground states from structure alone."""
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
        code=code("atoms/moments.py"),
    script:
        "../scripts/atoms/moments.py"


rule screen:
    """Rank crystals that were neither published nor calculated by predicted moment."""
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
        code=code("atoms/screen.py"),
    script:
        "../scripts/atoms/screen.py"


rule representations:
    """Compare representations of structures on the moments of published crystals."""
    input:
        table=rules.candidates.output.table,
        poscars=rules.candidates.output.poscars,
        published=PUBLISHED,
    output:
        table=f"{GEOMETRY}/representations.tsv",
        details=f"{GEOMETRY}/representations.json",
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
        code=code("atoms/representations.py"),
    script:
        "../scripts/atoms/representations.py"


rule autoencoder:
    """Train the autoencoder on shapes, molecules and crystals; score the reconstructions."""
    input:
        **CODED,
    output:
        scores=f"{GEOMETRY}/autoencoder.json",
        encoder=f"{GEOMETRY}/autoencoder/encoder.keras",
        decoder=f"{GEOMETRY}/autoencoder/decoder.keras",
    log:
        f"{RESULTS}/logs/autoencoder.log",
    benchmark:
        f"{RESULTS}/benchmarks/autoencoder.jsonl"
    conda:
        "../../envs/geometry.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        settings=settings(
            "cell_height",
            "geometry_autoencoder_atoms",
            "geometry_autoencoder_channels",
            "geometry_autoencoder_degree",
            "geometry_autoencoder_steps",
            "geometry_seed",
        ),
        code=code("atoms/autoencoder.py"),
    script:
        "../scripts/atoms/autoencoder.py"


rule latent:
    """Map the codes, predict moments from them, and decode proposals between known codes."""
    input:
        **CODED,
        scores=rules.autoencoder.output.scores,
        encoder=rules.autoencoder.output.encoder,
        decoder=rules.autoencoder.output.decoder,
        table=rules.candidates.output.table,
        candidates=rules.candidates.output.poscars,
        published=PUBLISHED,
    output:
        table=f"{GEOMETRY}/latent.tsv",
        moments=f"{GEOMETRY}/latent_moments.json",
        structures=f"{GEOMETRY}/autoencoder/structures.json",
        proposed=f"{GEOMETRY}/proposals.tsv",
        proposals=directory(f"{GEOMETRY}/proposals"),
    log:
        f"{RESULTS}/logs/latent.log",
    benchmark:
        f"{RESULTS}/benchmarks/latent.jsonl"
    conda:
        "../../envs/moments.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(30),
    params:
        settings=settings(
            "geometry_autoencoder_atoms", "geometry_autoencoder_proposals", "geometry_seed"
        ),
        group=SCREEN_GROUP,
        code=code("atoms/latent.py"),
    script:
        "../scripts/atoms/latent.py"
