"""Tables of the measurements, as pages."""

from spinlens.benchmarks.aims import outcomes
from spinlens.report import html_table


def convolution(measured):
    """Page of what `convolution.measure` returns."""
    columns = [
        "measured",
        "periodic",
        "beside",
        "ratio",
        "asked for",
        "met",
        "peak memory, periodic (MB)",
        "peak memory, direct (MB)",
    ]
    rows = [
        [*row[:5], "yes" if row.met else "no", *([f"{mb:,.0f}" for mb in row.peaks] or "––")]
        for row in outcomes(measured)
    ]
    introduction = (
        "The 2018 network on tiles of the unit cell, in Keras's own layers, beside the same "
        f"network on the cell itself. {measured['backend']} on {', '.join(measured['devices'])}; "
        "medians of interleaved measurements; MB are 10⁶ bytes, imports included."
    )
    return html_table.page("Convolution", introduction, columns, rows, numeric=columns[-2:])
