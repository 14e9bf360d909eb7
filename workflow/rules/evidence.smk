"""What a result is worth: the splits, baselines on them, and the fits of `snakemake evidence`."""


include: "evidence_files.smk"


rule assign:
    """Say who is trained on and who is validated, for {wildcards.target} in {wildcards.split}."""
    input:
        f"{RESULTS}/dataset.nc",
    output:
        f"{RESULTS}/splits/{{target}}/{{split}}.tsv",
    log:
        f"{RESULTS}/logs/assign/{{target}}/{{split}}.log",
    conda:
        "../../envs/keras.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        target=lambda wildcards: TARGETS[wildcards.target],
        split=lambda wildcards: SPLITS[wildcards.split],
        code=code("assign.py"),
    script:
        "../scripts/assign.py"


rule descriptors:
    """Write the numbers of each sample that the baselines see."""
    input:
        f"{RESULTS}/dataset.nc",
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
        code=code("descriptors.py"),
    script:
        "../scripts/descriptors.py"


rule baselines:
    """Fit every baseline on {wildcards.split} for {wildcards.target}."""
    input:
        dataset=f"{RESULTS}/dataset.nc",
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
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        target=lambda wildcards: TARGETS[wildcards.target],
        code=code("baselines.py"),
    script:
        "../scripts/baselines.py"


rule fit:
    """Fit {wildcards.point} on fold {wildcards.fold} of {wildcards.split}, seed {wildcards.seed}."""
    input:
        dataset=f"{RESULTS}/dataset.nc",
        split=f"{RESULTS}/splits/{{target}}/{{split}}.tsv",
    output:
        model=f"{FIT}/model.keras",
        point=f"{FIT}/point.json",
        history=f"{FIT}/history.csv",
        metrics=f"{FIT}/metrics.json",
        predictions=f"{FIT}/predictions.csv",
        filters=f"{FIT}/filters.nc",
        architecture=f"{FIT}/architecture.tsv",
        usage=f"{FIT}/usage.json",
    log:
        f"{RESULTS}/logs/fits/{{point}}/{{target}}/{{split}}/{{fold}}/{{seed}}.log",
    conda:
        "../../envs/keras.yaml"
    threads: 1
    resources:
        mem_mb=lambda wildcards, attempt: request_mb(
            FITTED[wildcards.point, wildcards.target], attempt
        ),
        runtime=growing(120),
    params:
        hyperparameters=lambda wildcards: FITTED[wildcards.point, wildcards.target],
        fold=lambda wildcards: wildcards.fold,
        seed=lambda wildcards: wildcards.seed,
        settings=settings("window"),
        code=code("train.py"),
    script:
        "../scripts/train.py"


rule evidence_table:
    """Write what every sweep point is worth on the one split, beside the baselines."""
    input:
        files=evidence_files(SINGLE_EVIDENCE),
        descriptors=f"{RESULTS}/descriptors.nc",
    output:
        f"{RESULTS}/evidence.tsv",
    log:
        f"{RESULTS}/logs/evidence_table.log",
    conda:
        "../../envs/keras.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(30),
    params:
        evidence={"of": SINGLE_EVIDENCE},
        repeated=f"{RESULTS}/evidence/repeated.tsv",
        code=code("evidence_table.py"),
    script:
        "../scripts/evidence_table.py"


rule repeated_evidence:
    """Write what every evidence point is worth in repeated, grouped and permuted fits."""
    input:
        files=evidence_files(REPEATED_EVIDENCE),
        descriptors=f"{RESULTS}/descriptors.nc",
    output:
        f"{RESULTS}/evidence/repeated.tsv",
    log:
        f"{RESULTS}/logs/repeated_evidence.log",
    conda:
        "../../envs/keras.yaml"
    resources:
        mem_mb=growing(4000),
        runtime=growing(60),
    params:
        evidence={"of": REPEATED_EVIDENCE},
        repeated="",
        code=code("evidence_table.py"),
    script:
        "../scripts/evidence_table.py"


rule filter_evidence:
    """Say of each filter of {wildcards.point} whether its pattern means anything."""
    input:
        dataset=f"{RESULTS}/dataset.nc",
        fits=lambda wildcards: fit_files(plan.of_single(evidence_point(wildcards)), "filters.nc"),
        null=lambda wildcards: [
            file
            for labelling in plan.permuted(evidence_point(wildcards))
            for file in fit_files(labelling, "filters.nc")
        ],
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
        hyperparameters=lambda wildcards: FITTED[wildcards.point, wildcards.target],
        code=code("filter_evidence.py"),
    script:
        "../scripts/filter_evidence.py"


rule filter_evidence_figure:
    """Draw how the filters recur beside their null, and what they are pictures of."""
    input:
        tables=expand(rules.filter_evidence.output.table, zip, **PERMUTED),
        null=expand(rules.filter_evidence.output.null, zip, **PERMUTED),
    output:
        report(
            f"{RESULTS}/figures/filter_evidence.svg",
            caption="../report/filter_evidence.rst",
            category="Evidence",
            labels={"shows": "whether filters mean anything"},
        ),
    log:
        f"{RESULTS}/logs/filter_evidence_figure.log",
    conda:
        "../../envs/plots.yaml"
    resources:
        mem_mb=growing(2000),
        runtime=growing(10),
    params:
        points=PERMUTED,
        code=code("filter_evidence_figure.py"),
    script:
        "../scripts/filter_evidence_figure.py"


rule evidence:
    """Repeated, grouped, permuted and reseeded fits; their rows join results/evidence.tsv."""
    input:
        rules.filter_evidence_figure.output if PERMUTED["point"] else [],
        STEERABLE_EVIDENCE,
        # By name, so that a fit that was deleted is made again.
        fits=[
            expand(rules.fit.output, **fit._asdict())
            for each in EVIDENCE_POINTS
            for fit in fits_of(each)
        ],
        repeated=f"{RESULTS}/evidence/repeated.tsv",
        table=f"{RESULTS}/evidence.tsv",
        descriptors=f"{RESULTS}/descriptors.nc",
    log:
        f"{RESULTS}/logs/evidence.log",
    localrule: True
    conda:
        "../../envs/plots.yaml"
    params:
        own={"places": [[e["point"], e["target"], e["split"]] for e in SINGLE_EVIDENCE]},
    script:
        "../scripts/evidence.py"
