"""Which splits, baselines and fits the evidence is made of, and where their files are."""

REPEATED_SPLITS = plan.repeated_splits(config)
ASKED = [*SWEEP_POINTS, *(each.point for each in EVIDENCE_POINTS)]
SPLITS = {
    splits.name(each): {name: value for name, value in each.items() if name != "seeds"}
    for each in [*map(plan.single_split, ASKED), *REPEATED_SPLITS]
}
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
    hidden = "-unit" if normalizations.hides_moment(point["normalization"]) else ""
    target = targets.name(point)
    seen = "parts" if point["channels"] == "parts" else "signed"
    return f"{RESULTS}/baselines/{target}/{splits.name(split)}/{seen}{hidden}.csv"


def fit_files(fits, name):
    """One file of each of these fits."""
    return [f"{FIT}/{name}".format(**fit._asdict()) for fit in fits]


def evidence_point(wildcards):
    """The evidence point of a job."""
    place = wildcards.point, wildcards.target
    return next(each for each in EVIDENCE_POINTS if (each.name, each.target) == place)


def known_of(name, point, split, fits, null=()):
    """What is known of a point on a split, as scripts/evidence_table.py takes it."""
    return {
        "point": name,
        "target": targets.name(point),
        "split": splits.name(split),
        "moment_hidden": normalizations.hides_moment(point["normalization"]),
        "fits": fits,
        "networks": 1 if split["kind"] == "single" else plan.networks(split),
        "null": list(null),
        "baselines": baseline_file(point, split),
    }


def single_evidence():
    """What the main job knows of each point."""
    return [
        known_of(name, point, plan.single_split(point), [["0", "0", predictions_of(name)]])
        for name, point in POINTS.items()
    ]


def repeated_evidence():
    """The same of the evidence's own fits; the single split is that of permuted labels."""
    found = []
    for each in EVIDENCE_POINTS:
        if each.permutations:
            fits, null = placed(plan.of_single(each)), map(placed, plan.permuted(each))
            single = plan.single_split(each.point)
            found.append(known_of(each.name, each.point, single, fits, null))
        for split in REPEATED_SPLITS:
            fits = placed(plan.of_split(each, split))
            found.append(known_of(each.name, each.point, split, fits))
    return found


def fits_of(each):
    """Every fit of an evidence point."""
    single = plan.of_single(each) if each.permutations else []
    permuted = [fit for labelling in plan.permuted(each) for fit in labelling]
    grouped = [fit for split in REPEATED_SPLITS for fit in plan.of_split(each, split)]
    return [*single, *permuted, *grouped]


def predictions_of(name):
    """Predictions of a sweep point's model."""
    return f"{MODEL}/predictions.csv".replace("{point}", name)


def placed(fits):
    """Fold, seed and predictions of fits, for a script's parameters."""
    files = fit_files(fits, "predictions.csv")
    return [[fit.fold, fit.seed, file] for fit, file in zip(fits, files, strict=True)]


def evidence_files(evidence):
    """Every file that a list of evidence is made of."""
    fits = [fit for each in evidence for group in [each["fits"], *each["null"]] for fit in group]
    return sorted({file for _, _, file in fits} | {each["baselines"] for each in evidence})


# Drawn by rules/steerable.smk.
STEERABLE_EVIDENCE = [
    f"{RESULTS}/evidence/filters/{each.name}/{each.target}/profiles.svg"
    for each in EVIDENCE_POINTS
    if each.permutations and sizes.is_steerable(each.point)
]
SINGLE_EVIDENCE = single_evidence()
REPEATED_EVIDENCE = repeated_evidence()
