"""What a result is worth: the splits, baselines on them, and the fits of `snakemake evidence`."""

REPEATED_SPLITS = plan.repeated_splits(config)
ASKED = [*SWEEP_POINTS, *(each.point for each in EVIDENCE_POINTS)]
SPLITS = {splits.name(each): each for each in [*map(plan.single_split, ASKED), *REPEATED_SPLITS]}
TARGETS = {targets.name(point): {key: point[key] for key in plan.OF_TARGET} for point in ASKED}
FITTED = {(each.name, each.target): each.point for each in EVIDENCE_POINTS}
PERMUTED = {
    "point": [each.name for each in EVIDENCE_POINTS if each.permutations],
    "target": [each.target for each in EVIDENCE_POINTS if each.permutations],
}
if len(FITTED) < len(EVIDENCE_POINTS):
    sys.exit(
        "config: evidence_points: two points of one target differ in nothing, or only in "
        "permutations, train_fraction, split_seed or seed, keep one of them"
    )
FIT = f"{RESULTS}/fits/{{point}}/{{target}}/{{split}}/{{fold}}/{{seed}}"


def split_file(point, split):
    """Who is on which side of a split, of the samples of a point's target."""
    return f"{RESULTS}/splits/{targets.name(point)}/{splits.name(split)}.tsv"


def baseline_file(point, split):
    """Baselines on a split, those of the density as the point's network sees it."""
    hidden = "-unit" if point["normalization"] in ("integral", "norm") else ""
    target = targets.name(point)
    return f"{RESULTS}/baselines/{target}/{splits.name(split)}/{point['channels']}{hidden}.csv"


def fit_files(fits, name):
    """One file of each of these fits."""
    return [f"{FIT}/{name}".format(**fit._asdict()) for fit in fits]


def evidence_point(wildcards):
    """The evidence point of a job."""
    place = wildcards.point, wildcards.target
    return next(each for each in EVIDENCE_POINTS if (each.name, each.target) == place)


def single_evidence():
    """What the main job knows of each point, as scripts/evidence_table.py takes it."""
    return [
        {
            "point": name,
            "target": targets.name(point),
            "split": splits.name(plan.single_split(point)),
            "normalization": point["normalization"],
            "fits": [["0", "0", f"{MODEL}/predictions.csv".replace("{point}", name)]],
            "null": [],
            "baselines": baseline_file(point, plan.single_split(point)),
        }
        for name, point in POINTS.items()
    ]


def repeated_evidence():
    """The same of the evidence's own fits."""
    found = []
    for each in EVIDENCE_POINTS:
        single = [plan.single_split(each.point)] if each.permutations else []
        for split in single + REPEATED_SPLITS:
            null = plan.permuted(each) if split in single else []
            found.append(
                {
                    "point": each.name,
                    "target": each.target,
                    "split": splits.name(split),
                    "normalization": each.point["normalization"],
                    "fits": placed(plan.of_split(each, split)),
                    "null": list(map(placed, null)),
                    "baselines": baseline_file(each.point, split),
                }
            )
    return found


def fits_of(each):
    """Every fit of an evidence point."""
    single = plan.of_single(each) if each.permutations else []
    permuted = [fit for labelling in plan.permuted(each) for fit in labelling]
    grouped = [fit for split in REPEATED_SPLITS for fit in plan.of_split(each, split)]
    return [*single, *permuted, *grouped]


def placed(fits):
    """Fold, seed and predictions of fits, for a script's parameters."""
    files = fit_files(fits, "predictions.csv")
    return [[fit.fold, fit.seed, file] for fit, file in zip(fits, files, strict=True)]


def evidence_files(evidence):
    """Every file that a list of evidence is made of."""
    fits = [fit for each in evidence for group in [each["fits"], *each["null"]] for fit in group]
    return sorted({file for _, _, file in fits} | {each["baselines"] for each in evidence})


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
        code=code("train.py"),
    script:
        "../scripts/train.py"


rule evidence_table:
    """Write what every sweep point is worth on the one split, beside the baselines."""
    input:
        files=evidence_files(single_evidence()),
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
        evidence={"of": single_evidence()},
        repeated=f"{RESULTS}/evidence/repeated.tsv",
        code=code("evidence_table.py"),
    script:
        "../scripts/evidence_table.py"


rule repeated_evidence:
    """Write what every evidence point is worth in repeated, grouped and permuted fits."""
    input:
        files=evidence_files(repeated_evidence()),
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
        evidence={"of": repeated_evidence()},
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
        own={"places": [[e["point"], e["target"], e["split"]] for e in single_evidence()]},
    script:
        "../scripts/evidence.py"
