"""The first page of the report, as reStructuredText: what came in, was trained, and is worth."""

from collections import Counter

from spinlens.plots.captions import point_name, point_names, readable

MOST_REASONS = 8
FIELDS = ("point", "result, with its 95 % interval", "the integral alone", "verdict")
METRICS = {"balanced_accuracy": "balanced accuracy", "r2": "R²"}  # one row a point and split


def text(samples, excluded, sweep, evidence, template):
    """The page, from tables (DataFrames): samples.tsv, excluded.tsv, sweep.tsv, evidence.tsv.

    `template` is the text around it; what is found replaces its line `.. findings`.
    """
    names = dict(zip(sweep["point"], point_names(sweep), strict=True))
    rows = evidence[evidence["metric"].isin(METRICS)]
    single = rows[rows["point"].isin(names)]
    parts = [
        _data(len(samples), excluded),
        _trained(sweep),
        _verdicts("On the one split of the main job", single, names),
        _verdicts(
            "In repeated, grouped and permuted fits", rows[~rows["point"].isin(names)], names
        ),
    ]
    return template.replace(".. findings", "\n\n".join(filter(None, parts)))


def _data(samples, excluded):
    lines = [_heading("What came in"), f"{samples + len(excluded)} calculations: {samples} samples"]
    if excluded.empty:
        return f"{lines[0]}\n\n{lines[1]}, none left out."
    counted = Counter(_kind(reason) for reason in excluded["reason"]).most_common()
    listed = [f"- {count}: {_plain(reason)}" for reason, count in counted[:MOST_REASONS]]
    left = len(counted) - MOST_REASONS
    listed += [f"- and {left} reasons more"] if left > 0 else []
    return "\n".join([lines[0], "", f"{lines[1]}, {len(excluded)} left out:", "", *listed])


def _trained(sweep):
    first = sweep.iloc[0]
    share = ""
    if "validation_majority_baseline" in sweep:
        share = (
            f"; the largest class holds {float(first['validation_majority_baseline']):.1%} of these"
        )
    return (
        f"{_heading('What was trained')}\n\n{len(sweep)} sweep points, each on "
        f"{int(first['training_samples'])} samples and validated on "
        f"{int(first['validation_samples'])}{share}."
    )


def _verdicts(title, rows, names):
    """A table of the rows: study's own points and the best come first because the sweep lists
    its base first; the best is named below."""
    if rows.empty:
        return ""
    lines = [_heading(title), "", ".. list-table::", "   :header-rows: 1", ""]
    for cells in [FIELDS, *(_cells(row, names) for row in rows.to_dict("records"))]:
        lines += [f"   {'*' if i == 0 else ' '} - {cell}" for i, cell in enumerate(cells)]
    best = rows.loc[rows["value"].astype(float).idxmax()]
    point = _plain(point_name(best["point"], names))
    lines += ["", f"Best: {point}, {best['value']}: {_plain(best['verdict'])}."]
    return "\n".join(lines)


def _cells(row, names):
    interval = f" ({row['ci_low']} to {row['ci_high']})" if row["ci_low"] != "" else ""
    place = _plain(point_name(row["point"], names))
    if row["point"] not in names:
        place = f"{_plain(row['target'])} in {row['split']}: {place}"
    return (
        place,
        f"{METRICS[row['metric']]} {row['value'] or '–'}{interval}",
        row["baseline_integral"] or "–",
        _plain(row["verdict"]),
    )


def _kind(reason):
    """A reason without the numbers and names of one calculation."""
    return reason.split(":")[0].split(" (")[0]


def _plain(value):
    """Text that reStructuredText takes as it stands."""
    kept = readable(str(value)).replace("~", " ")
    return "".join(f"\\{letter}" if letter in "*`|\\" else letter for letter in kept)


def _heading(title):
    return f"{title}\n{'-' * len(title)}"
