"""An autoencoder of discrete geometry: its codes, their map, and what lies between them."""

CODED = ({"molecules": MOLECULES[0]} if MOLECULES else {}) | {
    "poscars": [rules.decorate.output.poscars, rules.candidates.output.poscars]
}


rule autoencoder:
    """Train encoder and decoder on shapes, molecules and crystals; measure what comes back."""
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
            "geometry_autoencoder_order",
            "geometry_autoencoder_steps",
            "geometry_seed",
        ),
        code=code("autoencoder.py"),
    script:
        "../scripts/autoencoder.py"


rule latent:
    """Map the codes, tell moments from them, and decode what lies between and around them."""
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
        code=code("latent.py"),
    script:
        "../scripts/latent.py"


rule latent_map:
    """Draw the map of codes by element, size and moment, still and interactive."""
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
        page=digest(WORKFLOW / "spinlens" / "plots" / "latent_page.html"),
        code=code("latent_map.py"),
    script:
        "../scripts/latent_map.py"
