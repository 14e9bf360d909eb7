"""What the convolution benchmark came to, beside what is asked of it."""

from typing import NamedTuple

LEAST_RATIOS = {"kernel 20, step": 400, "kernel 40, forward": 600, "kernel 5, step": 1 / 1.2}
MOST_OVER_FLOOR = 2.0
MOST_SHARE = 0.2


class Outcome(NamedTuple):
    """One measurement in words; `peaks` are MB of the periodic and the direct process."""

    what: str
    ours: str
    beside: str
    ratio: str
    asked: str
    met: bool
    peaks: tuple = ()


def outcomes(measured):
    """An Outcome for each case of what `convolution.measure` returns, for its epoch and its
    memory."""
    rows = [*map(_case, measured["cases"]), _epoch(measured["epoch"])]
    return [*rows, _memory(measured["memory"])]


def summary(measured):
    """A line an outcome, for a person."""
    return "\n".join(
        f"{row.what}: {row.ours} beside {row.beside}: {row.ratio} "
        f"(asked for {row.asked}: {'met' if row.met else 'not met'})"
        for row in outcomes(measured)
    )


def _case(case):
    ratio, least = case["ratio"], LEAST_RATIOS[case["name"]]
    return Outcome(
        f"{case['name']}, batch {case['batch']}",
        f"{case['periodic_seconds']:.3g} s",
        f"{case['direct_seconds']:.3g} s on tiles",
        f"{ratio:.3g} times as fast",
        f"at least {least:.3g}",
        ratio >= least,
        (case["periodic_peak_mb"], case["direct_peak_mb"]),
    )


def _epoch(epoch):
    return Outcome(
        f"epoch of {epoch['samples']} samples, batch {epoch['batch']}",
        f"{epoch['seconds']:.3g} s",
        f"{epoch['fft_floor_seconds']:.3g} s of bare transforms",
        f"{epoch['over_floor']:.3g} times as long",
        f"at most {MOST_OVER_FLOOR:g}",
        epoch["over_floor"] <= MOST_OVER_FLOOR,
    )


def _memory(memory):
    return Outcome(
        f"memory of a step, batch {memory['batch']}, {memory['micro_batch']} samples at a time",
        f"{memory['taken_mb']:.0f} MB, in {memory['times_as_long']:.2g} times the time "
        f"of a whole batch, which takes {memory['whole_taken_mb']:.0f} MB",
        f"{memory['tiles_mb']:.0f} MB of tiled inputs and outputs",
        f"a share of {memory['share']:.3g}, {memory['whole_share']:.3g} of a whole batch",
        f"at most {MOST_SHARE:g}",
        memory["share"] <= MOST_SHARE,
    )
