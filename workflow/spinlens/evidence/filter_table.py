"""The table that says, filter by filter, whether its pattern means anything."""

from math import isfinite

from spinlens.evidence.filter_imprints import imprints
from spinlens.evidence.filter_patterns import judged

MOST = 0.5  # of the square of a pattern's norm


def rows(kernels, initial_kernels, mean_density, found_again, seed=0):
    """A row per filter of the first run: its columns of `imprints` and `judged`, and a verdict.

    Kernels are (filters, channels, a, b, c), `mean_density` (channels, na, nb, nc),
    `found_again` the filter_patterns.Recurrences of runs of which the first has these kernels.
    `seed` draws the reference's random kernels.
    """
    pairs = zip(
        imprints(kernels, initial_kernels, mean_density, seed), judged(found_again), strict=True
    )
    return [imprint | row | {"verdict": verdict(imprint | row)} for imprint, row in pairs]


def verdict(row):
    """One sentence on a filter: what most of its pattern is, where that is known, and whether it
    recurs across seeds more than in the null.

    The squares of the cosines with the initial noise and with the mean density are the shares of
    the pattern that either accounts for; the density counts only above its reference.
    """
    if not isfinite(row["norm"]):
        return "diverged: the weights did not stay finite"
    known, recurs = _known(row), _recurs(row)
    if known and row["found"]:
        return f"{known}, though it {recurs}"
    return f"{known}; {recurs}" if known else recurs


def _known(row):
    noise = row["overlap_initial"] ** 2
    above = abs(row["overlap_mean_density"]) > row["reference"]
    picture = row["overlap_mean_density"] ** 2 if above else 0.0
    if noise + picture <= MOST:
        return ""
    negative = "negative " if row["overlap_mean_density"] < 0 else ""
    names = {"its initial noise": noise, f"a {negative}picture of the mean density": picture}
    largest = max(names, key=names.get)
    return largest if names[largest] > MOST else " and ".join(names)


def _recurs(row):
    if row["found"] is None:
        return (
            f"whether it recurs cannot be told: {row['null_labellings']} of the "
            f"{row['null_labellings_needed']} permuted labellings needed"
            if row["null_labellings"] < row["null_labellings_needed"]
            else "whether it recurs cannot be told: too few runs that did not diverge"
        )
    return "recurs across seeds more than in the null" if row["found"] else "not above the null"
