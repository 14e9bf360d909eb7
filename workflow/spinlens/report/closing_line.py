"""The last line of a run: where the report is, and the verdicts on the points in one sentence."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from spinlens.core.files import read_table

METRICS = ("balanced_accuracy", "r2")  # one row per point and split


def closing_line(results: Path | str, since: float) -> str:
    """Sum up the evidence that a run has written.

    Parameters
    ----------
    results
        Folder of results.
    since
        Time at which the run began, in seconds since the epoch.

    Returns
    -------
    str
        Path of the report and the verdicts; empty if the run wrote neither.
    """
    report, table = Path(results, "report.html"), Path(results, "evidence.tsv")
    written = [path for path in (report, table) if path.is_file() and path.stat().st_mtime >= since]
    if not written:
        return ""
    rows = read_table(table) if table.is_file() else []
    return f"{written[0]}: {verdicts(rows)}"


def verdicts(rows: Sequence[Mapping[str, str]]) -> str:
    """Count the verdicts of a table of evidence.

    Parameters
    ----------
    rows
        Rows of evidence.tsv.

    Returns
    -------
    str
        One sentence, as `of 9 points on one split 7 are at the majority baseline, 2 better than
        every baseline.`
    """
    parts = []
    for source, what in (("models", "points on one split"), ("fits", "results of repeated fits")):
        own = [row for row in rows if row["source"] == source and row["metric"] in METRICS]
        counts = Counter(row["verdict"].split(":")[0].split(" (")[0] for row in own)
        if own:
            listed = ", ".join(f"{count} {verdict}" for verdict, count in counts.most_common())
            parts.append(f"of {len(own)} {what}: {listed}")
    return "; ".join(parts) + "." if parts else "no point was judged."
