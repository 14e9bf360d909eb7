"""Evidence: baselines, scores of repeated fits, and the table of verdicts."""

SINGLE_EVIDENCE = evidence_files.single_evidence(RESULTS, POINTS)
REPEATED_EVIDENCE = evidence_files.repeated_evidence(RESULTS, EVIDENCE_POINTS, REPEATED_SPLITS)
REPEATED_TABLE = f"{RESULTS}/evidence/repeated.tsv"


rule descriptors:
    """Write the descriptors of each sample that the baselines are fitted on."""
    input:
        DATASET,
    output:
        f"{RESULTS}/descriptors.nc",
    log:
        f"{RESULTS}/logs/descriptors.log",
    benchmark:
        f"{RESULTS}/benchmarks/descriptors.jsonl"
    conda:
        "../../envs/vasp.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        code=code("evidence/descriptors.py"),
    script:
        "../scripts/evidence/descriptors.py"


rule baselines:
    """Fit every baseline on {wildcards.split} for {wildcards.target}."""
    input:
        dataset=DATASET,
        descriptors=f"{RESULTS}/descriptors.nc",
        split=f"{RESULTS}/splits/{{target}}/{{split}}.tsv",
    output:
        f"{RESULTS}/baselines/{{target}}/{{split}}/{{view}}.csv",
    log:
        f"{RESULTS}/logs/baselines/{{target}}/{{split}}/{{view}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/baselines/{{target}}/{{split}}/{{view}}.jsonl"
    conda:
        "../../envs/keras.yaml"
    resources:
        # Coarse densities several times over: 0.2 GB per 1,000 samples, as measured.
        mem_mb=growing(2000 + len(CALCULATIONS) // 4),
        runtime=growing(30),
    params:
        target=lambda wildcards: TARGETS[wildcards.target],
        hyperparameters=lambda wildcards: INPUT_VIEWS[wildcards.view],
        code=code("evidence/baselines.py"),
    script:
        "../scripts/evidence/baselines.py"


rule single_evidence:
    """Score every sweep point on the single split, beside the baselines."""
    input:
        files=evidence_files.files_of(SINGLE_EVIDENCE),
        descriptors=f"{RESULTS}/descriptors.nc",
    output:
        f"{RESULTS}/evidence/single.tsv",
    log:
        f"{RESULTS}/logs/single_evidence.log",
    benchmark:
        f"{RESULTS}/benchmarks/single_evidence.jsonl"
    conda:
        "../../envs/keras.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        evidence={"of": SINGLE_EVIDENCE},
        code=code("evidence/score.py"),
    script:
        "../scripts/evidence/score.py"


use rule single_evidence as repeated_evidence with:
    input:
        files=evidence_files.files_of(REPEATED_EVIDENCE),
        descriptors=f"{RESULTS}/descriptors.nc",
    output:
        REPEATED_TABLE,
    log:
        f"{RESULTS}/logs/repeated_evidence.log",
    benchmark:
        f"{RESULTS}/benchmarks/repeated_evidence.jsonl"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        evidence={"of": REPEATED_EVIDENCE},
        code=code("evidence/score.py"),


rule evidence_table:
    """Join the scores on the one split with those of the repeated fits, if there are any."""
    input:
        single=f"{RESULTS}/evidence/single.tsv",
        # The main job never makes a fit of the evidence: it joins this table as it stands, if
        # there is one.
        repeated=lambda wildcards: REPEATED_TABLE if command_asks_for("evidence") else [],
        descriptors=f"{RESULTS}/descriptors.nc",
    output:
        f"{RESULTS}/evidence.tsv",
    log:
        f"{RESULTS}/logs/evidence_table.log",
    localrule: True
    conda:
        "../../envs/plots.yaml"
    params:
        repeated=REPEATED_TABLE,
        code=code("evidence/join.py"),
    script:
        "../scripts/evidence/join.py"


rule filter_evidence:
    """Test whether each filter of {wildcards.point} recurs more than under permuted labels."""
    input:
        unpack(single_split_fits),
        dataset=DATASET,
    output:
        table=f"{RESULTS}/evidence/filters/{{point}}/{{target}}/filters.tsv",
        null=f"{RESULTS}/evidence/filters/{{point}}/{{target}}/null.tsv",
    log:
        f"{RESULTS}/logs/filter_evidence/{{point}}/{{target}}.log",
    benchmark:
        f"{RESULTS}/benchmarks/filter_evidence/{{point}}/{{target}}.jsonl"
    conda:
        "../../envs/keras.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        hyperparameters=lambda wildcards: evidence_point(wildcards).point,
        filters=single_split_filters,
        code=code("evidence/filters.py"),
    script:
        "../scripts/evidence/filters.py"


rule fit_exchange_filter:
    """Fit J(R) to the energies of magnetic orders; score it on held-out elements."""
    input:
        f"{RESULTS}/exchange_filter/pair_orders.json",
    output:
        summary=f"{RESULTS}/exchange_filter/summary.json",
        j_of_r=f"{RESULTS}/exchange_filter/j_of_r.tsv",
        by_compound=f"{RESULTS}/exchange_filter/j_of_r_by_compound.tsv",
    log:
        f"{RESULTS}/logs/fit_exchange_filter.log",
    benchmark:
        f"{RESULTS}/benchmarks/fit_exchange_filter.jsonl"
    conda:
        "../../envs/exchange_filter.yaml"
    resources:
        mem_mb=growing(3000),
        runtime=growing(60),
    params:
        settings=settings("exchange_energy_uncertainty_meV"),
        code=code("evidence/exchange_filter.py"),
    script:
        "../scripts/evidence/exchange_filter.py"


rule exchange_filter:
    """J(R) by distance from spin densities and energies of magnetic orders, and its figure."""
    input:
        rules.fit_exchange_filter.output,
        f"{RESULTS}/exchange_filter/j_of_r.svg",


rule evidence_fits:
    """Every fit of the evidence, by folder, so that a deleted fit is made again."""
    input:
        [
            evidence_files.fit_folders(RESULTS, each.every_fit(REPEATED_SPLITS))
            for each in EVIDENCE_POINTS
        ],
